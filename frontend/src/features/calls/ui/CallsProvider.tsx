import { createContext, useContext, useEffect, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import type { CallType } from '../../../shared/wire/types';
import { CallsDoor } from '../model/door';
import { sweepCallFiles } from '../model/files/disk';
import { type Grower, growingCalls } from '../model/growth';
import type { IceAnswer } from '../model/ice';
import type { CallSocket } from '../model/socket';
import type { PutPiece } from '../../../shared/media/recording/pieces';
import type { Stage } from '../model/view';
import styles from './CallsProvider.module.css';

type Chunk = typeof import('../chunk');
type Door = CallsDoor<Chunk>;
type Recording = Parameters<Chunk['createEngine']>[2];

export interface CallsProviderProps {
  /** The app's one connection; the calls belong to it, not to this component. */
  socket: CallSocket;
  /** Who is signed in: another person's calls end. */
  user: { _id: string; name: string };
  /** Sends a piece of a recording. */
  putPiece?: PutPiece;
  fetchIceServers: () => Promise<IceAnswer>;
  /** Opens the conversation with somebody, from the sheet after a call. */
  onWrite?: (userId: string) => void;
  /** Begins a voice note to somebody, from the same sheet. */
  onVoiceNote?: (userId: string) => void;
  /** Makes a room of a call; none where nobody knows of rooms. */
  grower?: Grower;
  children: ReactNode;
}

export interface ActiveCall {
  userId: string;
  stage: Stage;
}

export interface Calls {
  /** `check` where the person wants to look at their devices first. */
  start: (userId: string, name: string, kind: CallType, check?: boolean) => void;
  /** The call that this page has, ringing included; `null` where there is none. */
  active: ActiveCall | null;
}

const doors = new WeakMap<CallSocket, { userId: string; door: Door }>();

/** One for a socket and a person, made while rendering: neither StrictMode nor a hidden part of the page makes or ends a call. */
function doorOf(socket: CallSocket, userId: string, fetchIceServers: () => Promise<IceAnswer>, recording: Recording | undefined): Door {
  const known = doors.get(socket);
  if (known?.userId === userId) return known.door;
  known?.door.close();
  const door: Door = new CallsDoor(socket, fetchIceServers, async () => {
    const chunk = await import('../chunk');
    return { ...chunk, createEngine: (to, fetchIce) => chunk.createEngine(to, fetchIce, recording) };
  });
  doors.set(socket, { userId, door });
  void sweepCallFiles();
  return door;
}

const DoorContext = createContext<Door | null>(null);

export function CallsProvider({ socket, user, fetchIceServers, putPiece, onWrite, onVoiceNote, grower, children }: CallsProviderProps) {
  const userId = user._id;
  const ownName = user.name;
  // The first way to fetch is kept: it must not depend on what changes from one render to the next.
  const door = useMemo(
    () => doorOf(socket, userId, fetchIceServers, putPiece && { put: putPiece, ownName: () => ownName }),
    [socket, userId, ownName, fetchIceServers, putPiece],
  );
  const { chunk, engine, failed } = useSyncExternalStore(door.state.subscribe, door.state.get);
  useEffect(() => (engine && grower ? grower.attach(growingCalls(engine)) : undefined), [engine, grower]);
  return (
    <DoorContext value={door}>
      {children}
      {chunk && engine ? <chunk.CallLayer engine={engine} onWrite={onWrite} onVoiceNote={onVoiceNote} grower={grower} /> : null}
      {failed ? (
        <div role="alert" className={styles.failed}>
          {m.call_load_failed()}
          <button type="button" onClick={() => door.dismissFailure()}>
            {m.call_close()}
          </button>
        </div>
      ) : null}
    </DoorContext>
  );
}

export function useCalls(): Calls {
  const door = useContext(DoorContext);
  if (!door) throw new Error('useCalls needs a CallsProvider around it');
  const { engine } = useSyncExternalStore(door.state.subscribe, door.state.get);
  const view = useSyncExternalStore(engine?.view.subscribe ?? never, () => engine?.view.get() ?? null);
  const stage = view?.stage;
  const userId = view?.peer.userId;
  return useMemo(
    () => ({
      start: (to, name, kind, check) => void door.start(to, name, kind, check),
      active: userId !== undefined && stage !== undefined && stage !== 'ended' ? { userId, stage } : null,
    }),
    [door, userId, stage],
  );
}

const never = () => () => undefined;
