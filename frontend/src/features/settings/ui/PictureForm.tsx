import { Button } from '@mantine/core';
import { useEffect, useRef, type ChangeEvent } from 'react';
import { Problem, useCurrentUser } from '../../auth';
import { m } from '../../../shared/i18n';
import { roleName } from '../../../shared/lib/roles';
import type { OpenPicture } from '../../../shared/pictures/open';
import type { Square } from '../../../shared/pictures/square';
import { Avatar, Choice, useAnnounce } from '../../../shared/ui';
import classes from './PictureForm.module.css';
import settings from './Settings.module.css';
import { usePicture } from './usePicture';

/** Who one is, and the picture by which others know one. */
export function PictureForm() {
  const user = useCurrentUser();
  const { state, problem, choose, adjust, cancel, save, remove } = usePicture();
  const input = useRef<HTMLInputElement>(null);
  const pick = useRef<HTMLButtonElement>(null);
  useReturnedFocus(pick, state.is);
  const announce = useAnnounce();
  const done = state.is === 'idle' ? state.done : undefined;
  useEffect(() => {
    if (done !== undefined) announce(done);
  }, [announce, done]);

  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    // So that the same file can be chosen again.
    event.currentTarget.value = '';
    if (file) void choose(file);
  };
  return (
    <div className={settings.form}>
      <input ref={input} type="file" accept="image/*" hidden onChange={onChange} aria-label={m.picture_choose()} />
      {state.is === 'chosen' ? (
        <Cut {...state} onAdjust={adjust} onCancel={cancel} onSave={() => void save()} />
      ) : (
        <div className={settings.facts}>
          <Avatar id={user._id} name={user.name} image={user.profileImage} size={96} />
          <div>
            <p className={settings.strong}>{user.email}</p>
            <p className={settings.quiet}>{roleName(user.role)}</p>
            <div className={classes.actions}>
              <Button ref={pick} size="sm" variant="default" loading={state.is === 'busy'} onClick={() => input.current?.click()}>
                {user.profileImage === null ? m.picture_choose() : m.picture_change()}
              </Button>
              {user.profileImage !== null && (
                <Button size="sm" variant="subtle" color="gray" disabled={state.is === 'busy'} onClick={() => void remove()}>{m.picture_remove()}</Button>
              )}
            </div>
          </div>
        </div>
      )}
      {done !== undefined && <p className={settings.done}>{done}</p>}
      <Problem text={problem} />
    </div>
  );
}

interface CutProps {
  picture: OpenPicture;
  square: Square;
  share?: number;
  onAdjust: (change: Partial<Square>) => void;
  onCancel: () => void;
  onSave: () => void;
}

/** What the others will see of the picture that was chosen. */
function Cut({ picture, square, share, onAdjust, onCancel, onSave }: CutProps) {
  const title = useRef<HTMLParagraphElement>(null);
  useEffect(() => title.current?.focus(), []);
  const percent = `${square.at * 100}%`;
  const oblong = picture.width !== picture.height;
  const sending = share !== undefined;
  return (
    <div className={classes.cut} role="group" aria-labelledby="picture-title">
      <p ref={title} id="picture-title" className={settings.strong} tabIndex={-1}>{m.picture_title()}</p>
      <img
        className={classes.preview} src={picture.url} alt={m.picture_preview()}
        style={{ objectFit: square.fit === 'fill' ? 'cover' : 'contain', objectPosition: square.fit === 'fill' ? `${percent} ${percent}` : 'center' }}
      />
      {oblong && (
        <>
          <Choice<Square['fit']>
            name="fit" label={m.picture_fit()} value={square.fit} onChange={(fit) => onAdjust({ fit })}
            options={[{ value: 'fill', label: m.picture_fill() }, { value: 'whole', label: m.picture_whole() }]}
          />
          {square.fit === 'fill' && (
            <label className={classes.part}>
              {m.picture_part()}
              <input
                type="range" min={0} max={100} step={1} value={Math.round(square.at * 100)}
                onChange={(event) => onAdjust({ at: Number(event.currentTarget.value) / 100 })}
              />
            </label>
          )}
        </>
      )}
      <p className={settings.quiet}>{m.picture_private()}</p>
      {sending && <progress className={classes.progress} aria-label={m.picture_sending()} max={1} value={share} />}
      <div className={settings.row}>
        <Button loading={sending} onClick={onSave}>{m.picture_save()}</Button>
        <Button variant="default" onClick={onCancel}>{m.cancel()}</Button>
      </div>
    </div>
  );
}

/** After the picture is cut or given up, where one was before. */
function useReturnedFocus(target: React.RefObject<HTMLButtonElement | null>, is: string): void {
  const before = useRef(is);
  useEffect(() => {
    if (before.current === 'chosen' && is !== 'chosen') target.current?.focus();
    before.current = is;
  }, [is, target]);
}
