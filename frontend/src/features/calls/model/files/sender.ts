import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { CHUNK_BYTES, type FileMessage, FILES_MAX, OPEN_MAX, writeChunk } from './messages';
import { Pace, Speed } from './pace';
import { mayBeginAnew, type Output, standingOf, type Stop, type TransferView } from './transfer';

/** Read from the disk at a time. */
const BLOCK_BYTES = 8 * CHUNK_BYTES;
/** What the channel may hold of ours before it is on its way; a pause or a cancel waits behind it. */
const BUFFERED_MAX = 512 * 1024;

interface Outgoing {
  id: number;
  name: string;
  size: number;
  mime: string;
  at: number;
  state: 'offered' | 'accepted' | 'ended' | 'done' | 'stopped';
  stop: Stop | undefined;
  round: number;
  /** Up to here it has been sent in this round, and up to here the other has it. */
  sent: number;
  had: number;
  /** The furthest that was ever sent: nobody can have more. */
  most: number;
  pausedHere: boolean;
  pausedThere: boolean;
  block: { offset: number; bytes: Uint8Array<ArrayBuffer> } | undefined;
  reading: boolean;
  hash: ReturnType<typeof sha256.create>;
  hashed: number;
  pace: Pace;
  speed: Speed;
}

/**
 * All files that we send in a call, one after the other. It reads no clock, no file and no channel: what happens goes in by
 * the methods, what is to be done comes out of `poll`.
 */
export class Sender {
  /** The largest that the other can take. */
  max = 0;
  readonly #files = new Map<number, Outgoing>();
  #out: Output[] = [];
  #up = false;

  /** False where there are too many already. */
  offer(now: number, file: { id: number; name: string; size: number; mime: string }): boolean {
    const open = [...this.#files.values()].filter(isOpen);
    if (open.length >= OPEN_MAX || this.#files.size >= FILES_MAX || this.#files.has(file.id)) return false;
    const made: Outgoing = {
      ...file, at: now, state: 'offered', stop: undefined, round: 0, sent: 0, had: 0, most: 0, pausedHere: false, pausedThere: false,
      block: undefined, reading: false, hash: sha256.create(), hashed: 0, pace: new Pace(), speed: new Speed(),
    };
    this.#files.set(file.id, made);
    if (this.#up) this.#sayOffer(made);
    return true;
  }

  /** Of these files the other may expect more. */
  get sending(): number[] {
    return [...this.#files.values()].filter((file) => isOpen(file) || mayBeginAnew(file.stop)).map(({ id }) => id);
  }

  /** There is a channel, and the other has said that they take files. Where each of them stands is the receiver's to say. */
  up(max: number): void {
    this.#up = true;
    this.max = max;
    for (const file of this.#files.values()) if (isOpen(file)) this.#sayOffer(file);
  }

  down(): void {
    this.#up = false;
    // No channel, no round: the receiver asks for the next from where it is.
    for (const file of this.#files.values()) {
      file.pausedThere = false; // they say so again
      if (file.state === 'accepted') file.state = 'offered';
      file.round = 0; // a page that is new there counts from the beginning
      this.#halt(file);
    }
    this.#out = this.#out.filter(({ type }) => type === 'forget');
  }

  cancel(id: number): void {
    const file = this.#files.get(id);
    if (file && isOpen(file)) this.#stop(file, { by: 'me', reason: 'cancelled' });
  }

  pause(id: number, on: boolean): void {
    const file = this.#files.get(id);
    if (!file || !isOpen(file) || file.pausedHere === on) return;
    file.pausedHere = on;
    this.#say({ type: 'pause', id, mine: true, on });
  }

  retry(id: number): void {
    const file = this.#files.get(id);
    if (!file || !mayBeginAnew(file.stop)) return;
    file.state = 'offered';
    file.stop = undefined;
    file.pausedHere = false;
    if (this.#up) this.#sayOffer(file);
  }

  /** The call is over. */
  end(): void {
    for (const file of this.#files.values()) if (file.state !== 'done') this.#drop(file, 'gone');
    this.#out = this.#out.filter(({ type }) => type === 'forget');
  }

  handle(now: number, message: FileMessage): void {
    if (message.type === 'hello') return;
    const file = this.#files.get(message.id);
    switch (message.type) {
      case 'accept':
        if (!file || (!isOpen(file) && !mayBeginAnew(file.stop))) return this.#say({ type: 'stop', id: message.id, mine: true, reason: 'gone' });
        return this.#accepted(file, message.round, message.offset);
      case 'ack':
        if (file?.round !== message.round || message.offset < file.had || message.offset > file.sent) return;
        file.had = message.offset;
        file.pace.acknowledged(now, file.had);
        return file.speed.moved(now, file.had);
      case 'done':
        if (file?.state !== 'ended') return;
        file.state = 'done';
        file.had = file.size;
        return void this.#out.push({ type: 'forget', id: file.id });
      case 'pause':
        if (file && isOpen(file) && !message.mine) file.pausedThere = message.on;
        return;
      case 'stop':
        if (file && isOpen(file) && !message.mine) this.#ended(file, { by: 'them', reason: message.reason });
    }
  }

  /** What was to be read; `undefined` where it can't be, because the file was moved or changed. */
  read(id: number, round: number, offset: number, bytes: Uint8Array<ArrayBuffer> | undefined): void {
    const file = this.#files.get(id);
    if (file?.round !== round) return;
    file.reading = false;
    if (file.state !== 'accepted' || offset !== file.sent) return;
    if (!bytes || bytes.length !== Math.min(BLOCK_BYTES, file.size - offset)) return this.#stop(file, { by: 'me', reason: 'unreadable' });
    file.block = { offset, bytes };
  }

  /** What is to be done next, given what the channel has not sent yet; `undefined` until something happens. */
  poll(now: number, buffered: number): Output | undefined {
    const waiting = this.#out.shift();
    if (waiting || !this.#up) return waiting;
    const file = this.#current();
    if (!file) return undefined;
    if (file.sent >= file.size) {
      file.state = 'ended';
      return { type: 'send', message: { type: 'end', id: file.id, round: file.round, digest: bytesToHex(file.hash.clone().digest()) } };
    }
    if (!file.block) {
      if (file.reading) return undefined;
      file.reading = true;
      return { type: 'read', id: file.id, round: file.round, offset: file.sent, length: Math.min(BLOCK_BYTES, file.size - file.sent) };
    }
    if (buffered >= BUFFERED_MAX || file.sent - file.had >= file.pace.window) return undefined;
    return this.#nextChunk(now, file, file.block);
  }

  views(): TransferView[] {
    const current = this.#current();
    return [...this.#files.values()].map((file) => viewOf(file, current === undefined || file === current));
  }

  /** The first that can go on. One that waits for its last acknowledgements lets the next begin. */
  #current(): Outgoing | undefined {
    for (const file of this.#files.values()) if (file.state === 'accepted' && !file.pausedHere && !file.pausedThere) return file;
    return undefined;
  }

  #nextChunk(now: number, file: Outgoing, block: NonNullable<Outgoing['block']>): Output {
    const from = file.sent - block.offset;
    const bytes = block.bytes.subarray(from, from + CHUNK_BYTES);
    const offset = file.sent;
    file.sent += bytes.length;
    file.most = Math.max(file.most, file.sent);
    if (file.sent > file.hashed) {
      file.hash.update(bytes.subarray(file.hashed - offset));
      file.hashed = file.sent;
    }
    if (from + bytes.length >= block.bytes.length) file.block = undefined;
    file.pace.sent(now, file.sent);
    return { type: 'chunk', bytes: writeChunk({ id: file.id, round: file.round, offset, bytes }) };
  }

  #accepted(file: Outgoing, round: number, offset: number): void {
    if (round <= file.round) return;
    if (offset > file.most) return this.#stop(file, { by: 'me', reason: 'damaged' });
    this.#halt(file);
    file.state = 'accepted';
    file.stop = undefined;
    file.round = round;
    file.sent = file.had = offset;
    if (offset === 0) {
      file.hash = sha256.create();
      file.hashed = 0;
    }
  }

  #halt(file: Outgoing): void {
    file.block = undefined;
    file.reading = false;
    file.pace = new Pace();
    file.speed = new Speed();
  }

  #sayOffer({ id, name, size, mime, pausedHere }: Outgoing): void {
    this.#say({ type: 'offer', id, name, size, mime });
    if (pausedHere) this.#say({ type: 'pause', id, mine: true, on: true });
  }

  #stop(file: Outgoing, stop: Stop): void {
    if (stop.reason !== 'rules') this.#say({ type: 'stop', id: file.id, mine: true, reason: stop.reason });
    this.#ended(file, stop);
  }

  #ended(file: Outgoing, stop: Stop): void {
    file.state = 'stopped';
    file.stop = stop;
    file.pausedHere = file.pausedThere = false;
    this.#halt(file);
    if (!mayBeginAnew(file.stop)) this.#out.push({ type: 'forget', id: file.id });
  }

  #drop(file: Outgoing, reason: 'gone'): void {
    const open = isOpen(file);
    if (open) this.#ended(file, { by: 'me', reason });
    else if (file.stop && mayBeginAnew(file.stop)) {
      file.stop = { ...file.stop, reason };
      this.#out.push({ type: 'forget', id: file.id });
    }
  }

  #say(message: FileMessage): void {
    if (this.#up) this.#out.push({ type: 'send', message });
  }
}

function isOpen({ state }: Outgoing): boolean {
  return state === 'offered' || state === 'accepted' || state === 'ended';
}

function viewOf(file: Outgoing, first: boolean): TransferView {
  const { id, name, size, mime, at, state, had, stop, pausedHere, pausedThere } = file;
  const moving = state === 'accepted' && !pausedHere && !pausedThere;
  const paused = { here: pausedHere && state !== 'ended', there: pausedThere && state !== 'ended' };
  return {
    key: `out-${id}`, id, incoming: false, name, size, mime, at, pausedHere, moved: had,
    perSecond: moving && first ? file.speed.perSecond() : undefined,
    canRetry: mayBeginAnew(stop),
    ...standingOf(stop, paused, runningOf(state, first)),
  };
}

function runningOf(state: Outgoing['state'], first: boolean): TransferView['state'] {
  if (state === 'offered' || state === 'done') return state;
  if (state === 'ended') return 'checking';
  return first ? 'moving' : 'queued';
}
