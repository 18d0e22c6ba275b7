import { IconUserPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { RoundButton, TextButton } from '../../../shared/media/ui/Button';
import { type Grower, roomWouldHelp, whyNotGrow } from '../model/growth';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { CallView } from '../model/view';
import own from './AddSomeone.module.css';
import ended from './CallEnded.module.css';
import { useGrowth } from './useGrowth';
import styles from './WebRTCCall.module.css';

interface GrowthProps {
  grower: Grower | undefined;
  view: CallView;
}

/** In the bar, where there is room for it; only for who may add somebody, and where that can be. `onAsk` where there is something to know before. */
export function AddControl({ grower, view, onAsk }: GrowthProps & { onAsk: (() => void) | undefined }) {
  const growth = useGrowth(grower, view.callId);
  if (!grower?.may.open || whyNotGrow(grower, view) === 'old' || whyNotGrow(grower, view) === 'not-configured') return null;
  return (
    <RoundButton
      icon={<IconUserPlus size={24} stroke={1.75} />} label={m.grow_add()} caption={m.grow_add_short()}
      disabled={view.link !== 'connected' || growth.stage === 'opening' || growth.stage === 'joining'}
      onClick={onAsk ?? (() => grower.begin(true))}
    />
  );
}

/** The same under "More"; or a sentence that says why it can't be. */
export function AddChoice({ grower, view, recorded, onAdd, className, whyClassName }: GrowthProps & { recorded: boolean; onAdd: () => void; className: string | undefined; whyClassName: string | undefined }) {
  const growth = useGrowth(grower, view.callId);
  if (!grower?.may.open) return null;
  const why = whyNotGrow(grower, view);
  if (why === 'not-configured') return <p className={whyClassName}>{m.grow_not_configured()}</p>;
  if (why === 'old') return <p className={whyClassName}>{m.grow_old({ name: view.peer.name })}</p>;
  const add = () => {
    onAdd();
    grower.begin(true);
  };
  return (
    <div className={recorded ? undefined : className}>
      <TextButton disabled={why !== undefined || growth.stage === 'opening' || growth.stage === 'joining'} onClick={add}>{m.grow_add()}</TextButton>
      {recorded ? <p className={whyClassName}>{m.grow_ends_recording()}</p> : null}
    </div>
  );
}

/** While the room is opened, and why nothing has come of it. */
export function GrowthNotice({ grower, view }: GrowthProps) {
  const { stage, mine, failed } = useGrowth(grower, view.callId);
  const { name } = view.peer;
  if (stage === 'opening' || stage === 'joining') {
    if (view.link !== 'connected') return <p className={styles.message} role="status">{m.grow_instead_opening({ name })}</p>;
    return <p className={styles.message} role="status">{mine ? m.grow_opening({ name }) : m.grow_opening_theirs({ name })}</p>;
  }
  if (stage !== 'failed' || !grower) return <RoomInstead grower={grower} view={view} />;
  return (
    <div className={styles.message} data-note role="alert">
      <span>{failed ? m.grow_failed({ reason: errorText(failed) }) : m.grow_failed_theirs()}</span>
      {mine ? <TextButton onClick={() => grower.begin(view.link === 'connected')}>{m.call_try_again()}</TextButton> : null}
      <RoundButton size="small" icon={<IconX size={20} stroke={1.75} />} label={m.call_close()} onClick={() => grower.dismiss()} />
    </div>
  );
}

/** Where the two networks don't reach each other: who may opens a room, the other is told that they can. */
function RoomInstead({ grower, view }: GrowthProps) {
  if (!grower || !roomWouldHelp(grower, view)) return null;
  if (!grower.may.open) return <p className={styles.message}>{m.grow_instead_ask({ name: view.peer.name })}</p>;
  return (
    <div className={`${styles.message} ${own.instead}`}>
      <span>{m.grow_instead()}</span>
      <TextButton main onClick={() => grower.begin(false)}>{m.grow_instead_go()}</TextButton>
    </div>
  );
}

/** The same on the sheet of a call that has ended. */
export function MeetInstead({ grower, view, onMet }: GrowthProps & { onMet: () => void }) {
  const [failed, setFailed] = useState<ErrorCode>();
  const [busy, setBusy] = useState(false);
  if (!grower || !roomWouldHelp(grower, view)) return null;
  if (!grower.may.open) return <p className={ended.detail}>{m.grow_instead_ask({ name: view.peer.name })}</p>;
  const meet = async () => {
    setBusy(true);
    const refused = await grower.meet(view.peer.userId);
    setBusy(false);
    setFailed(refused);
    if (refused === undefined) onMet();
  };
  return (
    <div className={ended.instead}>
      <p className={ended.detail}>{m.grow_instead()}</p>
      <TextButton main disabled={busy} onClick={() => void meet()}>{m.grow_instead_go()}</TextButton>
      <div role="alert">{failed ? <p className={ended.detail}>{errorText(failed)}</p> : null}</div>
    </div>
  );
}
