import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Chunk, type FileMessage, FILES_MAX, OPEN_MAX, type StopReason, WINDOW_MAX } from './messages';
import { safeMime, safeName } from './name';
import { Speed } from './pace';
import { mayBeginAnew, type Output, standingOf, type Stop, type TransferView } from './transfer';

/** What may wait for the disk: what the other may have under way, and no more. */
const UNWRITTEN_MAX = 2 * WINDOW_MAX;

interface Incoming {
  id: number;
  name: string;
  size: number;
  mime: string;
  at: number;
  state:
    | 'offered'
    | 'opening' // accepted; its place on the disk is being made
    | 'receiving'
    | 'checking' // all is here, and the disk is finishing
    | 'done'
    | 'stopped';
  stop: Stop | undefined;
  round: number;
  /** The round in which its place on the disk was made: what is written of an earlier one is gone. */
  place: number;
  /** The round's `accept` has been said on this channel. */
  asked: boolean;
  received: number;
  written: number;
  digest: string | undefined;
  pausedHere: boolean;
  pausedThere: boolean;
  hash: ReturnType<typeof sha256.create>;
  speed: Speed;
}

/**
 * All files that come to us in a call. It trusts nothing: a name is made safe, a size is held to, and what nobody asked for
 * ends it all. As `Sender`, it reads no clock and touches nothing; what is to be done comes out of `poll`.
 */
export class Receiver {
  readonly #files = new Map<number, Incoming>();
  readonly #max: number;
  #out: Output[] = [];
  #up = false;
  /** What the other is still sending of what we know, by their own word. */
  #expected = new Set<number>();
  #refused = false;

  constructor(max: number) {
    this.#max = max;
  }

  /** There is a channel, and these the other is going to offer again: the rest is gone with the page that had it. */
  up(sending: readonly number[]): void {
    this.#up = true;
    this.#expected = new Set(sending);
    for (const file of this.#files.values()) {
      if (this.#expected.has(file.id)) continue;
      if (isOpen(file) && file.state !== 'checking') this.#fail(file, { by: 'them', reason: 'gone' });
      else if (mayBeginAnew(file.stop) && file.stop) file.stop = { ...file.stop, reason: 'gone' };
    }
  }

  down(): void {
    this.#up = false;
    for (const file of this.#files.values()) {
      file.asked = false;
      file.pausedThere = false; // they say so again
      file.speed = new Speed();
    }
    this.#out = this.#out.filter(({ type }) => type !== 'send' && type !== 'refuse');
  }

  accept(id: number): void {
    const file = this.#files.get(id);
    if (file?.state === 'offered') this.#open(file);
  }

  decline(id: number): void {
    const file = this.#files.get(id);
    if (file?.state === 'offered') this.#stop(file, { by: 'me', reason: 'declined' });
  }

  cancel(id: number): void {
    const file = this.#files.get(id);
    if (file && isOpen(file) && file.state !== 'checking') this.#stop(file, { by: 'me', reason: 'cancelled' });
  }

  pause(id: number, on: boolean): void {
    const file = this.#files.get(id);
    if (!file || (file.state !== 'receiving' && file.state !== 'opening') || file.pausedHere === on) return;
    file.pausedHere = on;
    this.#say({ type: 'pause', id, mine: false, on });
  }

  /** Once more from the beginning. */
  retry(id: number): void {
    const file = this.#files.get(id);
    if (file && mayBeginAnew(file.stop)) this.#open(file);
  }

  /** The call is over; what is whole stays. */
  end(): void {
    for (const file of this.#files.values()) {
      if (isOpen(file) && file.state !== 'checking') this.#fail(file, { by: 'me', reason: 'gone' });
      else if (file.stop && mayBeginAnew(file.stop)) file.stop = { ...file.stop, reason: 'gone' };
    }
    this.#out = this.#out.filter(({ type }) => type !== 'send');
  }

  handle(now: number, message: FileMessage): void {
    if (this.#refused) return;
    if (message.type === 'offer') return this.#offered(now, message);
    if (message.type === 'hello') return;
    const file = this.#files.get(message.id);
    if (!file) return;
    if (message.type === 'end' && message.round === file.round && file.state === 'receiving') {
      if (file.received !== file.size) return this.#stop(file, { by: 'them', reason: 'damaged' });
      file.digest = message.digest;
      this.#closeIfWritten(file);
    } else if (message.type === 'pause' && message.mine && isOpen(file)) file.pausedThere = message.on;
    else if (message.type === 'stop' && message.mine && isOpen(file)) this.#fail(file, { by: 'them', reason: message.reason });
  }

  chunk(now: number, { id, round, offset, bytes }: Chunk): void {
    if (this.#refused) return;
    const file = this.#files.get(id);
    // Nobody sends before they are asked to, or more than they have said.
    if (!file || round > file.round || file.round === 0) return this.refuse();
    // Of a round that is over, or after a stop of ours that has not arrived yet.
    if (round < file.round || file.state !== 'receiving') return;
    if (offset !== file.received || file.received + bytes.length > file.size) return this.refuse();
    if (file.received + bytes.length - file.written > UNWRITTEN_MAX) return this.refuse();
    file.hash.update(bytes);
    file.received += bytes.length;
    file.speed.moved(now, file.received);
    this.#out.push({ type: 'write', id, round, bytes });
  }

  /** There is a place for it on the disk. */
  opened(id: number, round: number): void {
    const file = this.#files.get(id);
    if (file?.state !== 'opening' || file.place !== round) return;
    file.state = 'receiving';
    this.#ask(file);
  }

  written(id: number, round: number, length: number): void {
    const file = this.#files.get(id);
    if (file?.state !== 'receiving' || round < file.place) return;
    file.written = Math.min(file.written + length, file.received);
    if (file.round === round) this.#say({ type: 'ack', id, round, offset: file.written });
    this.#closeIfWritten(file);
  }

  /** It lies there whole. */
  stored(id: number): void {
    const file = this.#files.get(id);
    if (file?.state !== 'checking') return;
    file.state = 'done';
    this.#say({ type: 'done', id });
  }

  /** The disk is full, or gone. */
  failed(id: number): void {
    const file = this.#files.get(id);
    if (file && isOpen(file) && file.state !== 'offered') this.#stop(file, { by: 'me', reason: 'disk' });
  }

  poll(): Output | undefined {
    return this.#out.shift();
  }

  nameOf(id: number): string {
    return this.#files.get(id)?.name ?? 'file';
  }

  views(): TransferView[] {
    return [...this.#files.values()].map(viewOf);
  }

  #offered(now: number, offer: Extract<FileMessage, { type: 'offer' }>): void {
    const known = this.#files.get(offer.id);
    if (known) return this.#offeredAgain(known, offer.size);
    const { id, size } = offer;
    const open = [...this.#files.values()].filter(isOpen).length;
    const refusal = size > this.#max ? 'too-large' : open >= OPEN_MAX || this.#files.size >= FILES_MAX ? 'too-many' : undefined;
    if (refusal) return this.#say({ type: 'stop', id, mine: false, reason: refusal });
    this.#files.set(id, {
      id, name: safeName(offer.name), size, mime: safeMime(offer.mime), at: now, state: 'offered', stop: undefined, round: 0, place: 0, asked: false,
      received: 0, written: 0, digest: undefined, pausedHere: false, pausedThere: false, hash: sha256.create(), speed: new Speed(),
    });
  }

  /** After a new channel, or because the other begins anew: they are told where it stands here. */
  #offeredAgain(file: Incoming, size: number): void {
    if (size !== file.size) return this.#say({ type: 'stop', id: file.id, mine: false, reason: 'damaged' });
    if (file.state === 'done') this.#say({ type: 'done', id: file.id });
    else if (file.state === 'receiving' && !file.asked) this.#askAgain(file);
    else if (mayBeginAnew(file.stop)) this.#open(file);
    else if (file.stop) this.#say({ type: 'stop', id: file.id, mine: false, reason: file.stop.reason === 'rules' ? 'damaged' : file.stop.reason });
  }

  #open(file: Incoming): void {
    file.state = 'opening';
    file.stop = undefined;
    file.place = file.round += 1;
    file.asked = file.pausedHere = false;
    file.received = file.written = 0;
    file.digest = undefined;
    file.hash = sha256.create();
    file.speed = new Speed();
    this.#out.push({ type: 'open', id: file.id, round: file.round, size: file.size, name: file.name });
  }

  #ask(file: Incoming): void {
    if (!this.#up) return;
    file.asked = true;
    this.#say({ type: 'accept', id: file.id, round: file.round, offset: file.received });
    if (file.pausedHere) this.#say({ type: 'pause', id: file.id, mine: false, on: true });
  }

  /** From where it broke off; what was still under way is void. */
  #askAgain(file: Incoming): void {
    file.round += 1;
    this.#ask(file);
  }

  #closeIfWritten(file: Incoming): void {
    if (file.digest === undefined || file.written < file.size) return;
    if (bytesToHex(file.hash.clone().digest()) !== file.digest) return this.#stop(file, { by: 'them', reason: 'damaged' });
    file.state = 'checking';
    this.#out.push({ type: 'close', id: file.id, round: file.round });
  }

  #stop(file: Incoming, stop: Stop & { reason: StopReason }): void {
    this.#say({ type: 'stop', id: file.id, mine: false, reason: stop.reason });
    this.#fail(file, stop);
  }

  #fail(file: Incoming, stop: Stop): void {
    const begun = file.round > 0;
    file.state = 'stopped';
    file.stop = stop;
    file.pausedHere = file.pausedThere = false;
    if (begun) this.#out.push({ type: 'discard', id: file.id });
  }

  /** Nothing more is taken from who breaks the rules. */
  refuse(): void {
    this.#refused = true;
    for (const file of this.#files.values()) if (isOpen(file) && file.state !== 'checking') this.#fail(file, { by: 'them', reason: 'rules' });
    this.#out.push({ type: 'refuse' });
  }

  #say(message: FileMessage): void {
    if (this.#up) this.#out.push({ type: 'send', message });
  }
}

function isOpen({ state }: Incoming): boolean {
  return state !== 'done' && state !== 'stopped';
}

function viewOf(file: Incoming): TransferView {
  const { id, name, size, mime, at, state, received, stop, pausedHere, pausedThere } = file;
  const begun = state === 'receiving' || state === 'opening';
  const paused = { here: begun && pausedHere, there: begun && pausedThere };
  return {
    key: `in-${id}`, id, incoming: true, name, size, mime, at, pausedHere, moved: received,
    perSecond: begun && !paused.here && !paused.there ? file.speed.perSecond() : undefined,
    canRetry: mayBeginAnew(stop),
    ...standingOf(stop, paused, runningOf(file)),
  };
}

function runningOf({ state, received, size }: Incoming): TransferView['state'] {
  if (state === 'offered' || state === 'done' || state === 'checking') return state;
  if (received >= size) return 'checking';
  return received === 0 ? 'queued' : 'moving';
}
