/** What our clients tell each other on the data channel; old ones would show it as a message, so they get none. */
import type { Quality } from './view';

export interface MediaNotice {
  camera: boolean;
  microphone: boolean;
  /** The camera is on, but the picture is not sent: the connection is too weak. */
  paused?: boolean;
  /** Its person saves data: send less than you could. */
  saving?: boolean;
  /** How what we send reaches them. */
  quality?: Felt;
  /** Their screen is shared. */
  screen?: ScreenNotice;
}

type Felt = Exclude<Quality, 'unknown'>;

export interface ScreenNotice {
  /** Which sharing of this call it is. Of two at once the later one, with the higher number, is seen. */
  turn: number;
  /** Nothing of it is sent: the connection is too weak. */
  paused?: boolean;
}

/** `call`: whoever says it is in that call, by a connection that is left from one before. */
export type Notice = { media: MediaNotice } | { stopScreen: number } | { call: string };

const LENGTH_MAX = 1_000;
const TURN_MAX = 1_000_000;

export function noticeText(notice: Notice): string {
  return JSON.stringify(notice);
}

/** What the other side has said, or nothing that we know. */
export function parseNotice(data: unknown): Notice | undefined {
  if (typeof data !== 'string' || data.length > LENGTH_MAX) return undefined;
  try {
    const { media, stopScreen, call } = (JSON.parse(data) ?? {}) as { media?: Record<string, unknown>; stopScreen?: unknown; call?: unknown };
    if (typeof call === 'string') return { call };
    if (isTurn(stopScreen)) return { stopScreen };
    const { camera, microphone, paused, saving, quality, screen } = media ?? {};
    if (typeof camera !== 'boolean' || typeof microphone !== 'boolean') return undefined;
    const shared = screenOf(screen);
    return {
      media: {
        camera, microphone, ...(paused === true ? { paused } : {}), ...(saving === true ? { saving } : {}), ...(isFelt(quality) ? { quality } : {}), ...(shared ? { screen: shared } : {}),
      },
    };
  } catch {
    return undefined;
  }
}

function screenOf(value: unknown): ScreenNotice | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { turn, paused } = value as Record<string, unknown>;
  return isTurn(turn) ? { turn, ...(paused === true ? { paused } : {}) } : undefined;
}

const isTurn = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0 && (value as number) <= TURN_MAX;

const isFelt = (value: unknown): value is Felt => value === 'good' || value === 'fair' || value === 'weak';
