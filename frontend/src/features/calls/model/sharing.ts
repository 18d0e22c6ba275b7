import { type Clock, Deadline } from '../../../shared/media/clock';
import type { ScreenSource } from '../../../shared/media/screens';
import type { ScreenNotice } from './notice';

export type SharingNews =
  /** Ours has ended: by the browser's own bar, by the other's wish, or since the other shares now. */
  | 'stopped-outside' | 'ended-by-other' | 'taken-over'
  | 'they-began' | 'they-ended'
  /** It is shared, but nobody hears it: the browser can't, or the sound was not chosen. */
  | 'no-sound' | 'sound-not-chosen'
  /** It could not be: the system or a rule forbids it, or it broke. */
  | 'not-allowed' | 'failed';

export interface SharingView {
  /** Whether this browser can share its screen at all. */
  able: boolean;
  own: 'off' | 'starting' | 'on';
  /** What is shared moves: rather fluent than sharp. */
  motion: boolean;
  /** Its sound is shared too. */
  sound: boolean;
  /** The other's screen and its sound, while they share it. */
  theirs: MediaStream | undefined;
  theirsPaused: boolean;
  news: SharingNews | undefined;
}

export const NO_SHARING: SharingView = { able: false, own: 'off', motion: false, sound: false, theirs: undefined, theirsPaused: false, news: undefined };

export interface SharingOptions {
  source: ScreenSource;
  /** Whose counts where both begin at once: not the polite side's. */
  polite: () => boolean;
  /** Whether sound can go along; an old client has no place for it. */
  withSound: () => boolean;
  /** The tracks to send have changed. */
  onTracks: () => void;
  onChange: () => void;
  /** Ends the other's. */
  sendStop: (turn: number) => void;
  clock: Clock;
  log: (what: string, detail?: string) => void;
}

const NEWS_MS = 8_000;
const LASTING: SharingNews[] = ['not-allowed', 'failed'];
/** Words and lines need no more, and every picture of them is to be sharp. */
const DETAIL_FPS = 15;
const MOTION_FPS = 30;

/** The screen that is shown to the other, and what is known of theirs. Of two at once the later one is seen, and its owner's word ends the other. */
export class Sharing {
  own: SharingView['own'] = 'off';
  motion = false;
  news: SharingNews | undefined;
  readonly #options: SharingOptions;
  readonly #newsDue: Deadline;
  #stream: MediaStream | undefined;
  #turn = 0;
  #seen = 0;
  #theirs: ScreenNotice | undefined;
  /** What we have ended there ourselves is no news. */
  #endedTheirs = 0;
  #closed = false;

  constructor(options: SharingOptions) {
    this.#options = options;
    this.#newsDue = new Deadline(options.clock);
  }

  get video(): MediaStreamTrack | null {
    return this.#stream?.getVideoTracks()[0] ?? null;
  }

  get audio(): MediaStreamTrack | null {
    return this.#stream?.getAudioTracks()[0] ?? null;
  }

  view(remote: MediaStream | undefined): SharingView {
    const picture = remote?.getVideoTracks()[0];
    const theirs = this.#theirs && this.own !== 'on' && picture && !picture.muted ? remote : undefined;
    return {
      able: this.#options.source.capture !== undefined, own: this.own, motion: this.motion, sound: this.audio !== null,
      theirs, theirsPaused: theirs !== undefined && this.#theirs?.paused === true, news: this.news,
    };
  }

  /** What the other side is told of it. */
  notice(paused: boolean): ScreenNotice | undefined {
    return this.own === 'on' ? { turn: this.#turn, ...(paused ? { paused } : {}) } : undefined;
  }

  /** To be called by a press of the person's, for no browser gives its screen otherwise. */
  async start(): Promise<void> {
    const { source, withSound } = this.#options;
    if (!source.capture || this.own !== 'off') return;
    this.own = 'starting';
    this.#say(undefined);
    const sound = withSound() && source.givesSound;
    let stream: MediaStream;
    try {
      stream = await source.capture(wish(sound));
    } catch (error) {
      return this.#refused(error);
    }
    const video = stream.getVideoTracks()[0];
    if (this.#closed || !video) return letGo(stream);
    this.#stream = stream;
    this.own = 'on';
    this.#turn = this.#seen = Math.max(this.#seen, this.#theirs?.turn ?? 0) + 1;
    for (const track of stream.getTracks()) track.onended = () => this.#ended(track);
    this.#hint();
    this.#options.log('screen', `on${this.audio ? ' with sound' : ''}`);
    this.#options.onTracks();
    this.#say(this.audio ? undefined : sound ? 'sound-not-chosen' : withSound() ? 'no-sound' : undefined);
  }

  stop(news?: SharingNews): void {
    if (this.own !== 'on') return;
    if (this.#stream) letGo(this.#stream);
    this.#stream = undefined;
    this.own = 'off';
    this.#options.log('screen', news ?? 'off');
    this.#options.onTracks();
    this.#say(news);
  }

  setMotion(motion: boolean): void {
    this.motion = motion;
    this.#hint();
    this.#options.onChange();
  }

  /** The other's word on what they share. */
  heard(theirs: ScreenNotice | undefined): void {
    const before = this.#theirs;
    this.#theirs = theirs;
    this.#seen = Math.max(this.#seen, theirs?.turn ?? 0);
    if (theirs && theirs.turn !== before?.turn) {
      const later = theirs.turn > this.#turn || (theirs.turn === this.#turn && this.#options.polite());
      if (this.own === 'on' && later) this.stop('taken-over');
      else if (this.own !== 'on') this.#say('they-began');
    } else if (!theirs && before) {
      const known = before.turn === this.#endedTheirs || this.own === 'on';
      if (!known) this.#say('they-ended');
      else if (this.news === 'they-began') this.#say(undefined);
    }
  }

  /** Ends theirs, there and at once. */
  stopTheirs(): void {
    if (!this.#theirs) return;
    this.#endedTheirs = this.#theirs.turn;
    this.#options.sendStop(this.#theirs.turn);
  }

  /** The other wants the one of this turn to end. One that came later is not meant. */
  askedToStop(turn: number): void {
    if (turn === this.#turn) this.stop('ended-by-other');
  }

  closeNews(): void {
    this.#say(undefined);
  }

  /** The call is over. */
  close(): void {
    this.#closed = true;
    this.#newsDue.clear();
    if (this.#stream) letGo(this.#stream);
    this.#stream = undefined;
    this.own = 'off';
    this.#theirs = undefined;
    this.news = undefined;
  }

  /** By the browser's own bar, or since what was shared is closed. Sound may end alone. */
  #ended(track: MediaStreamTrack): void {
    if (track === this.video) return this.stop('stopped-outside');
    this.#stream?.removeTrack(track);
    this.#options.onTracks();
    this.#options.onChange();
  }

  #refused(error: unknown): void {
    this.own = 'off';
    const name = error instanceof DOMException ? error.name : 'unknown';
    this.#options.log('screen refused', name);
    // Whoever closes the browser's choice knows that they did; a refusal by the system comes under the same name.
    const bySystem = error instanceof DOMException && /system|policy/i.test(error.message);
    this.#say(name !== 'NotAllowedError' ? 'failed' : bySystem ? 'not-allowed' : undefined);
  }

  #hint(): void {
    const video = this.video;
    if (!video) return;
    video.contentHint = this.motion ? 'motion' : 'detail';
    void video.applyConstraints({ frameRate: { max: this.motion ? MOTION_FPS : DETAIL_FPS } }).catch(() => undefined);
  }

  #say(news: SharingNews | undefined): void {
    this.news = news;
    this.#newsDue.clear();
    if (news && !LASTING.includes(news)) this.#newsDue.set(NEWS_MS, () => this.#say(undefined));
    this.#options.onChange();
  }
}

function letGo(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}

/** Options that browsers know and TypeScript does not yet. */
interface Wish extends DisplayMediaStreamOptions {
  systemAudio: 'include' | 'exclude';
  surfaceSwitching: 'include';
  selfBrowserSurface: 'exclude';
}

/** The sound of a tab or a program as it is. That of the whole system has the other's own voice in it, who would hear an echo. */
function wish(sound: boolean): DisplayMediaStreamOptions {
  const wanted: Wish = {
    video: { frameRate: { max: MOTION_FPS } },
    audio: sound ? { echoCancellation: false, noiseSuppression: false, autoGainControl: false } : false,
    systemAudio: 'exclude',
    surfaceSwitching: 'include',
    selfBrowserSurface: 'exclude',
  };
  return wanted;
}
