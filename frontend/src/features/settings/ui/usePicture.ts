import { useEffect, useRef, useState } from 'react';
import { useCurrentUser, useSession } from '../../auth';
import { errorText, m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import { openChecked, type PictureRefusal } from '../../../shared/pictures/clean';
import { openPicture, type OpenPicture, type OpenPictures } from '../../../shared/pictures/open';
import type { Square } from '../../../shared/pictures/square';
import { removePicture, setPicture } from '../api';

/** As large as it is shown anywhere, on a screen of fine pixels. */
const SIDE = 512;

type State =
  | { is: 'idle'; done?: string }
  | { is: 'busy' }
  /** `share` is how much has gone out, once it is on its way. */
  | { is: 'chosen'; picture: OpenPicture; square: Square; share?: number };

const REFUSALS: Record<PictureRefusal, () => string> = {
  too_large: m.picture_too_large,
  unreadable_picture: m.picture_unreadable,
};

/** What is see-through, or beside the whole of a picture, shows the colour of the person. */
const typeOf = ({ fit }: Square): string => (fit === 'whole' ? 'image/webp' : 'image/jpeg');

/** One's own picture: chosen, cut, sent, taken away. */
export function usePicture(open: OpenPictures = openPicture) {
  const session = useSession();
  const user = useCurrentUser();
  const [state, setState] = useState<State>({ is: 'idle' });
  const [problem, setProblem] = useState<string | null>(null);
  const opened = useRef<OpenPicture | null>(null);
  const sending = useRef<AbortController | null>(null);
  const end = () => {
    sending.current?.abort();
    opened.current?.close();
    [sending.current, opened.current] = [null, null];
  };
  useEffect(() => end, []);

  const fail = (text: string, back: State) => {
    setProblem(text);
    setState(back);
  };
  const choose = async (file: File) => {
    end();
    setProblem(null);
    setState({ is: 'busy' });
    const result = await openChecked(file, open).catch(() => ({ refused: 'unreadable_picture' as const }));
    if ('refused' in result) return fail(REFUSALS[result.refused](), { is: 'idle' });
    opened.current = result.picture;
    setState({ is: 'chosen', picture: result.picture, square: { fit: 'fill', at: 0.5 } });
  };
  const adjust = (change: Partial<Square>) =>
    setState((now) => (now.is === 'chosen' ? { ...now, square: { ...now.square, ...change } } : now));
  const cancel = () => {
    end();
    setProblem(null);
    setState({ is: 'idle' });
  };
  const save = async () => {
    if (state.is !== 'chosen') return;
    const { picture, square } = state;
    const abort = (sending.current = new AbortController());
    setProblem(null);
    setState({ is: 'chosen', picture, square, share: 0 });
    try {
      const blob = await picture.square(SIDE, square, typeOf(square), 0.88);
      const onProgress = (share: number) => setState((now) => (now.is === 'chosen' && !abort.signal.aborted ? { ...now, share } : now));
      const profileImage = await setPicture(session, blob, { onProgress, signal: abort.signal });
      session.updateUser({ ...user, profileImage });
      end();
      setState({ is: 'idle', done: m.picture_saved() });
    } catch (error) {
      if (abort.signal.aborted) return;
      const code = codeOf(error);
      fail(code === 'unsupported_type' ? m.picture_unreadable() : code === 'too_large' ? m.picture_too_large() : errorText(code), { is: 'chosen', picture, square });
    }
  };
  const remove = async () => {
    setProblem(null);
    setState({ is: 'busy' });
    try {
      await removePicture(session.http);
      session.updateUser({ ...user, profileImage: null });
      setState({ is: 'idle', done: m.picture_removed() });
    } catch (error) {
      fail(errorText(codeOf(error)), { is: 'idle' });
    }
  };
  return { state, problem, choose, adjust, cancel, save, remove };
}
