import type { LocalMedia } from '../../../shared/media/media';
import type { ErrorCode } from '../../../shared/wire/errors';
import type { CallEngine } from './engine';
import type { CallView } from './view';
import { Store } from './store';

/** What of a running call a room goes on with. */
export interface LentCall {
  callId: string;
  otherId: string;
  /** Microphone and camera, open already; they are the room's once the call has gone on there. */
  media: LocalMedia;
  /** What comes from the other by the call just now: as much is waited for in the room. */
  comes(): { voice: boolean; picture: boolean };
  /** Of our own screen, while it is shared: what goes on there as a copy. */
  screen(): MediaStreamTrack[];
  /** Both are in the room: the call is over, and nobody has hung up. */
  goOn(): void;
}

/** The calls of this page, for who makes rooms of them. */
export interface GrowingCalls {
  view: Pick<Store<CallView | null>, 'get' | 'subscribe'>;
  /** Nothing where there is none that could go on in a room. */
  lend(): LentCall | undefined;
  /** Puts away the sheet of a call that went on in a room. */
  dismiss(): void;
}

/** Those of an engine. */
export function growingCalls(engine: CallEngine): GrowingCalls {
  return {
    view: engine.view,
    lend() {
      const session = engine.current;
      const { callId, stage, legacy, peer } = session?.view ?? {};
      if (!session?.mine || !callId || stage !== 'live' || legacy || !peer) return undefined;
      return {
        callId, otherId: peer.userId, media: session.media,
        comes: () => ({ voice: !session.view.remoteMuted, picture: session.view.remotePicture }),
        screen: () => [session.sharing.video, session.sharing.audio].filter((track) => track !== null),
        goOn: () => engine.goneOn(),
      };
    },
    dismiss: () => engine.dismiss(),
  };
}

export interface GrowthView {
  callId: string | undefined;
  stage: 'none' | 'opening' | 'joining' | 'failed';
  /** The other is heard in the room already, and not by the call any more. */
  quiet: boolean;
  /** Whether it was our own wish. */
  mine: boolean;
  failed: ErrorCode | undefined;
}

/** What makes a room of a call; it comes from who knows rooms. */
export interface Grower {
  readonly view: Pick<Store<GrowthView>, 'get' | 'subscribe'>;
  /** Whether this person may open rooms, and whether there is anything to open them on. */
  readonly may: { open: boolean; configured: boolean };
  attach(calls: GrowingCalls): () => void;
  /** `adding` where somebody is to be chosen then, and not where the room is wanted for the two. */
  begin(adding: boolean): void;
  /** Opens a room for a call that came to nothing: with this person, who is asked in. */
  meet(userId: string): Promise<ErrorCode | undefined>;
  /** Puts the news of a failure away. */
  dismiss(): void;
}

/** Why nobody can be added; none where somebody can. */
export function whyNotGrow({ may }: Pick<Grower, 'may'>, { stage, legacy, link }: CallView): 'not-configured' | 'old' | 'not-connected' | undefined {
  if (!may.configured) return 'not-configured';
  if (legacy) return 'old';
  return stage === 'live' && link === 'connected' ? undefined : 'not-connected';
}

/** Two networks don't reach each other, and a room's server would reach both. */
export function roomWouldHelp(grower: Pick<Grower, 'may'> | undefined, { link, legacy, end }: Pick<CallView, 'link' | 'legacy' | 'end'>): boolean {
  return grower?.may.configured === true && !legacy && (end ? end.reason === 'not-connected' : link === 'failed');
}
