import { IconArrowUp, IconPlus, IconTrash, IconX } from '@tabler/icons-react';
import { useEffect, useRef, type KeyboardEvent, type SyntheticEvent } from 'react';
import { m } from '../../../shared/i18n';
import { useEnterSends } from '../../../shared/lib/enterSends';
import { useObservable } from '../../../shared/lib/useObservable';
import { Hidden, ICON } from '../../../shared/ui';
import { FileIcon } from './FileIcon';
import { shortName } from '../../../shared/lib/fileKind';
import { sizeText } from './limits';
import { Overlay } from './Overlay';
import classes from './PreviewSheet.module.css';
import { refusalText } from './refusal';
import { isSendable, type Picked, type Tray } from './Tray';
import { filesOf, isPasteOfFiles } from './transfer';
import { useObjectUrl } from './useMediaUrls';

/** As long as a caption may be; the rest of what there is to say is a message. */
const CAPTION = 2000;

interface Props {
  tray: Tray;
  name: string;
  onPick: () => void;
  onSend: () => void;
}

/** What was picked, before it is sent: looked at, given words, put away again. */
export function PreviewSheet({ tray, name, onPick, onSend }: Props) {
  const { items, selected, leftOut } = useObservable(tray.state);
  const [enterSends] = useEnterSends();
  const current = items.find((item) => item.id === selected) ?? items[0];
  if (!current) return null;
  const ready = items.filter(({ state }) => state.is === 'ready').length;
  const refused = items.filter(({ state }) => state.is === 'refused').length;
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isSendable(items)) onSend();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.shiftKey || event.altKey) return;
    if (enterSends || event.ctrlKey || event.metaKey) send(event);
  };
  return (
    <Overlay label={m.attach_sheet({ name })} onClose={() => tray.clear()} className={classes.sheet}>
      { }
      <form
        className={classes.form} onSubmit={send}
        onPaste={(event) => {
          if (!isPasteOfFiles(event.clipboardData)) return;
          event.preventDefault();
          event.stopPropagation();
          tray.add(filesOf(event.clipboardData));
        }}
      >
        <header className={classes.header}>
          <h2 className={classes.heading}>{m.attach_sheet({ name })}</h2>
          <button type="button" className={classes.round} aria-label={m.close()} onClick={() => tray.clear()}><IconX {...ICON} /></button>
        </header>
        <Stage item={current} />
        {leftOut > 0 && <p className={classes.note} role="alert">{m.attach_left_out({ count: leftOut })}</p>}
        {refused > 0 && items.length > 1 && <p className={classes.note} role="alert">{m.attach_refused({ count: refused })}</p>}
        <div className={classes.strip}>
          {items.length > 1 && items.map((item, index) => (
            <Thumb key={item.id} item={item} selected={item.id === current.id} position={index + 1} of={items.length} onSelect={() => tray.select(item.id)} />
          ))}
          <button type="button" className={classes.tool} aria-label={m.attach_more()} title={m.attach_more()} onClick={onPick}><IconPlus {...ICON} /></button>
          <button type="button" className={classes.tool} aria-label={m.attach_remove({ name: current.name })} title={m.attach_remove_short()} onClick={() => tray.remove(current.id)}>
            <IconTrash {...ICON} />
          </button>
        </div>
        <div className={classes.foot}>
          <div className={classes.box}>
            <Caption key={current.id} item={current} onChange={(caption) => tray.caption(current.id, caption)} onKeyDown={onKeyDown} />
            <button type="submit" className={classes.send} disabled={!isSendable(items)}>
              <IconArrowUp {...ICON} stroke={2} /><Hidden>{m.attach_send({ count: ready })}</Hidden>
            </button>
          </div>
          {items.some(({ isPicture }) => isPicture) && <p className={classes.private}>{m.attach_private()}</p>}
        </div>
      </form>
    </Overlay>
  );
}

function Caption({ item, onChange, onKeyDown }: { item: Picked; onChange: (caption: string) => void; onKeyDown: (event: KeyboardEvent) => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, 110)}px`;
  }, [item.caption]);
  return (
    <textarea
      ref={field} className={classes.caption} rows={1} value={item.caption} maxLength={CAPTION} data-autofocus placeholder={m.attach_caption()}
      aria-label={m.attach_caption_label({ name: item.name })} disabled={item.state.is === 'refused'}
      onChange={(event) => onChange(event.currentTarget.value)} onKeyDown={onKeyDown}
    />
  );
}

function Stage({ item }: { item: Picked }) {
  const { state } = item;
  const prepared = state.is === 'ready' ? state.prepared : undefined;
  const url = useObjectUrl(prepared?.kind === 'image' ? prepared.blob : undefined);
  return (
    <div className={classes.stage} aria-live="polite">
      {prepared?.kind === 'image' ? (
        url !== undefined && <img className={classes.picture} src={url} alt={item.name} width={prepared.width} height={prepared.height} />
      ) : (
        <div className={classes.file}>
          <span className={classes.fileIcon} data-refused={state.is === 'refused' || undefined}><FileIcon name={item.name} type={item.type} size={32} /></span>
          <p className={classes.fileName}>{shortName(item.name)}</p>
          {state.is === 'refused' ? <p className={classes.refused}>{refusalText(state.why)}</p> : <p className={classes.quiet}>{state.is === 'preparing' ? m.attach_preparing() : sizeText(item.size)}</p>}
        </div>
      )}
    </div>
  );
}

interface ThumbProps {
  item: Picked;
  selected: boolean;
  position: number;
  of: number;
  onSelect: () => void;
}

function Thumb({ item, selected, position, of, onSelect }: ThumbProps) {
  const { state } = item;
  const url = useObjectUrl(state.is === 'ready' ? (state.prepared.thumbnail ?? undefined) : undefined);
  return (
    <button
      type="button" className={classes.thumb} aria-pressed={selected} data-refused={state.is === 'refused' || undefined} onClick={onSelect}
      aria-label={m.attach_item({ name: item.name, position, count: of })}
    >
      {url === undefined ? <FileIcon name={item.name} type={item.type} /> : <img src={url} alt="" />}
    </button>
  );
}
