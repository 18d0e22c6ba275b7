import { CHUNK_BYTES } from '../model/files/messages';
import { Transfers } from '../model/files/transfers';
import type { Output } from '../model/files/transfer';

/** The same bytes each time, and no two blocks alike. */
export function bytesOf(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let at = 0; at < size; at += 1) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    bytes[at] = state >> 16;
  }
  return bytes;
}

/** One person's machine of files, with a disk and a channel that a test can break. */
export class FakeEnd {
  readonly machine: Transfers;
  readonly files = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly disk = new Map<number, Uint8Array<ArrayBuffer>[]>();
  readonly whole = new Map<number, Uint8Array<ArrayBuffer>>();
  /** What is on its way to the other. */
  wire: (string | ArrayBuffer)[] = [];
  discarded: number[] = [];
  forgotten: number[] = [];
  /** Writes are held back until a test lets them go. */
  slowDisk = false;
  heldWrites: Extract<Output, { type: 'write' }>[] = [];
  brokenDisk = false;
  closed = false;
  /** What goes out is changed by this. */
  spoil: (chunk: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (chunk) => chunk;

  constructor(max = 1_000_000_000) {
    this.machine = new Transfers(max);
  }

  view(index = 0) {
    const view = this.machine.views()[index];
    if (!view) throw new Error('no such file');
    return view;
  }

  offer(id: number, bytes: Uint8Array<ArrayBuffer>, name = 'plan.pdf', claimed = bytes.length): boolean {
    this.files.set(id, bytes);
    return this.machine.sender.offer(0, { id, name, size: claimed, mime: 'application/pdf' });
  }

  say(message: unknown): void {
    this.wire.push(JSON.stringify(message));
  }

  /** Does what the machine asks for; true if there was anything. */
  work(now: number): boolean {
    let worked = false;
    for (;;) {
      const output = this.machine.poll(now, this.wire.filter((message) => typeof message !== 'string').length * CHUNK_BYTES);
      if (!output) return worked;
      worked = true;
      this.#perform(output);
    }
  }

  releaseWrites(): void {
    this.slowDisk = false;
    for (const write of this.heldWrites.splice(0)) this.#write(write);
  }

  #perform(output: Output): void {
    const { sender, receiver } = this.machine;
    if (output.type === 'send') this.say(output.message);
    else if (output.type === 'chunk') this.wire.push(this.spoil(output.bytes).buffer);
    else if (output.type === 'read') {
      const { id, round, offset, length } = output;
      sender.read(id, round, offset, this.files.get(id)?.slice(offset, offset + length));
    } else if (output.type === 'forget') this.forgotten.push(output.id);
    else if (output.type === 'open') {
      this.disk.set(output.id, []);
      if (this.brokenDisk) receiver.failed(output.id);
      else receiver.opened(output.id, output.round);
    } else if (output.type === 'write') {
      if (this.slowDisk) this.heldWrites.push(output);
      else this.#write(output);
    } else if (output.type === 'close') {
      const parts = this.disk.get(output.id) ?? [];
      const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      this.whole.set(output.id, all);
      receiver.stored(output.id);
    } else if (output.type === 'discard') {
      this.disk.delete(output.id);
      this.discarded.push(output.id);
    } else this.closed = true;
  }

  #write({ id, round, bytes }: Extract<Output, { type: 'write' }>): void {
    if (this.brokenDisk) return this.machine.receiver.failed(id);
    this.disk.get(id)?.push(bytes.slice());
    this.machine.receiver.written(id, round, bytes.length);
  }
}

/** Two people, the channel between them, and a clock. */
export class FakeLine {
  readonly ann: FakeEnd;
  readonly ben: FakeEnd;
  now = 0;
  /** Messages that were delivered. */
  carried = 0;

  constructor(max?: number) {
    this.ann = new FakeEnd();
    this.ben = new FakeEnd(max);
  }

  connect(): void {
    for (const end of [this.ann, this.ben]) {
      end.wire = [];
      end.machine.begin();
    }
    this.run();
  }

  /** Everything under way is lost, and both know. */
  cut(): void {
    for (const end of [this.ann, this.ben]) {
      end.wire = [];
      end.machine.lose();
      end.work(this.now);
    }
  }

  /** Until nothing happens any more, or so many messages were carried. */
  run(most = Infinity): void {
    const until = this.carried + most;
    for (;;) {
      const worked = [this.ann, this.ben].map((end) => end.work(this.now)).some(Boolean);
      const [message, from] = this.ann.wire.length > 0 ? [this.ann.wire.shift(), this.ann] : [this.ben.wire.shift(), this.ben];
      if (message === undefined) {
        if (worked) continue;
        return;
      }
      if (this.carried >= until) return void from.wire.unshift(message);
      this.carried += 1;
      this.now += 5;
      const to = from === this.ann ? this.ben : this.ann;
      if (typeof message === 'string') to.machine.text(this.now, message);
      else to.machine.binary(this.now, message);
    }
  }
}
