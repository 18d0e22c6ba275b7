import type { Clock } from '../../../../shared/media/clock';
import type { Log } from '../debug';
import type { Disk, Place } from './disk';
import { Transfers } from './transfers';
import type { Output, TransferView } from './transfer';

export interface PortDeps {
  findDisk: () => Promise<Disk>;
  /** Gives a file that is whole to the person. */
  save: (blob: Blob, name: string) => void;
  /** Any number of 32 bits. */
  randomNumber: () => number;
  clock: Clock;
  log: Log;
}

const LOW_BYTES = 128 * 1024;
/** What the other may say before we have begun. */
const EARLY_MAX = 300;
/** The browser may still be copying a file that it was given. */
const KEEP_MS = 60_000;

/** Where the machine of files meets the world: the channel, the disk, the files that were chosen. It decides nothing. */
export class FilePort {
  readonly #deps: PortDeps;
  readonly #changed: () => void;
  readonly #files = new Map<number, Blob>();
  readonly #places = new Map<number, Promise<Place>>();
  readonly #whole = new Map<number, Blob>();
  #transfers: Transfers | undefined;
  #channel: RTCDataChannel | undefined;
  #early: unknown[] = [];
  #begun = false;
  #over = false;
  #pumping = false;

  constructor(deps: PortDeps, changed: () => void) {
    this.#deps = deps;
    this.#changed = changed;
  }

  get ready(): boolean {
    return this.#transfers?.ready === true;
  }

  get refused(): boolean {
    return this.#transfers?.refused === true;
  }

  /** The largest that the other takes; 0 until they have said. */
  get max(): number {
    return this.#transfers?.ready ? this.#transfers.sender.max : 0;
  }

  views(): TransferView[] {
    return this.#transfers?.views() ?? [];
  }

  /** The channel of a new connection, or of one from a call before. */
  attach(channel: RTCDataChannel): void {
    if (this.#over || channel === this.#channel) return;
    this.lose();
    this.#channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = LOW_BYTES;
    channel.onmessage = ({ data }) => this.#heard(channel, data);
    channel.onbufferedamountlow = () => this.pump();
    channel.onclose = () => channel === this.#channel && this.lose();
  }

  /** It is open, and known to be the other's of this call. */
  async begin(channel: RTCDataChannel): Promise<void> {
    if (channel !== this.#channel || this.#begun) return;
    this.#begun = true;
    this.#transfers ??= new Transfers((await this.#deps.findDisk()).max);
    if (channel !== this.#channel) return;
    this.#transfers.begin();
    for (const data of this.#early.splice(0)) this.#take(data);
    this.pump();
  }

  lose(): void {
    const channel = this.#channel;
    if (channel) channel.onmessage = channel.onbufferedamountlow = channel.onclose = null;
    this.#channel = undefined;
    this.#begun = false;
    this.#early = [];
    this.#transfers?.lose();
    this.pump();
  }

  /** False where there are too many already. */
  offer(file: File): boolean {
    const transfers = this.#transfers;
    if (!transfers) return false;
    const id = this.#deps.randomNumber();
    const offered = transfers.sender.offer(this.#deps.clock.now(), { id, name: file.name, size: file.size, mime: file.type });
    if (offered) this.#files.set(id, file);
    this.pump();
    return offered;
  }

  accept(id: number): void {
    this.#do(({ receiver }) => receiver.accept(id));
  }

  decline(id: number): void {
    this.#do(({ receiver }) => receiver.decline(id));
  }

  cancel({ id, incoming }: TransferView): void {
    this.#do(({ receiver, sender }) => (incoming ? receiver : sender).cancel(id));
  }

  pause({ id, incoming }: TransferView, on: boolean): void {
    this.#do(({ receiver, sender }) => (incoming ? receiver : sender).pause(id, on));
  }

  retry({ id, incoming }: TransferView): void {
    this.#do(({ receiver, sender }) => (incoming ? receiver : sender).retry(id));
  }

  saveAgain(id: number, name: string): void {
    const blob = this.#whole.get(id);
    if (blob) this.#deps.save(blob, name);
  }

  /** The call is over. What is whole is kept until the browser has surely copied it. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#transfers?.end();
    this.lose();
    this.#deps.clock.after(KEEP_MS, () => {
      for (const id of [...this.#places.keys()]) this.#discard(id);
    });
  }

  /** Does what the machine asks for, until it has to wait. */
  pump(): void {
    const transfers = this.#transfers;
    if (!transfers || this.#pumping) return;
    this.#pumping = true;
    for (;;) {
      const next = transfers.poll(this.#deps.clock.now(), this.#channel?.bufferedAmount ?? 0);
      if (!next) break;
      this.#perform(next, transfers);
    }
    this.#pumping = false;
    this.#changed();
  }

  #do(what: (transfers: Transfers) => void): void {
    if (!this.#transfers) return;
    what(this.#transfers);
    this.pump();
  }

  #heard(channel: RTCDataChannel, data: unknown): void {
    if (channel !== this.#channel) return;
    if (this.#transfers && this.#begun && this.#early.length === 0) {
      this.#take(data);
      return this.pump();
    }
    if (this.#early.length >= EARLY_MAX) return channel.close();
    this.#early.push(data);
  }

  #take(data: unknown): void {
    const now = this.#deps.clock.now();
    if (typeof data === 'string') this.#transfers?.text(now, data);
    else if (data instanceof ArrayBuffer) this.#transfers?.binary(now, data);
  }

  #perform(output: Output, transfers: Transfers): void {
    const { receiver, sender } = transfers;
    switch (output.type) {
      case 'send':
        return this.#send(JSON.stringify(output.message));
      case 'chunk':
        return this.#send(output.bytes);
      case 'read': {
        const { id, round, offset, length } = output;
        const part = this.#files.get(id)?.slice(offset, offset + length);
        const give = (bytes?: Uint8Array<ArrayBuffer>) => this.#do(() => sender.read(id, round, offset, bytes));
        void (part ? part.arrayBuffer() : Promise.reject(new Error('forgotten'))).then(
          (buffer) => give(new Uint8Array(buffer)),
          () => give(),
        );
        return;
      }
      case 'forget':
        return void this.#files.delete(output.id);
      case 'open': {
        const { id, round, size } = output;
        const place = this.#deps.findDisk().then((disk) => disk.open(size));
        this.#discard(id);
        this.#places.set(id, place);
        return this.#after(id, place, place, () => receiver.opened(id, round));
      }
      case 'write': {
        const { id, round, bytes } = output;
        const place = this.#places.get(id);
        if (place) this.#after(id, place, place.then((it) => it.write(bytes)), () => receiver.written(id, round, bytes.length));
        return;
      }
      case 'close': {
        const { id } = output;
        const place = this.#places.get(id);
        if (!place) return receiver.failed(id);
        return this.#after(id, place, place.then((it) => it.close()), (blob) => {
          receiver.stored(id);
          this.#whole.set(id, blob);
          this.#deps.save(blob, receiver.nameOf(id));
        });
      }
      case 'discard':
        return this.#discard(output.id);
      case 'refuse':
        this.#deps.log('files refused');
        return this.#channel?.close();
    }
  }

  /** Unless the file has been given up or begun anew meanwhile. */
  #after<T>(id: number, place: Promise<Place>, done: Promise<T>, then: (value: T) => void): void {
    const current = () => this.#places.get(id) === place;
    done.then(
      (value) => current() && this.#do(() => then(value)),
      (error: unknown) => {
        if (!current()) return;
        this.#deps.log('file not kept', error instanceof Error ? error.name : 'unknown');
        this.#do(({ receiver }) => receiver.failed(id));
      },
    );
  }

  #discard(id: number): void {
    const place = this.#places.get(id);
    this.#places.delete(id);
    this.#whole.delete(id);
    void place?.then((it) => it.discard()).catch(() => undefined);
  }

  #send(data: string | Uint8Array<ArrayBuffer>): void {
    const channel = this.#channel;
    if (channel?.readyState !== 'open') return;
    try {
      if (typeof data === 'string') channel.send(data);
      else channel.send(data);
    } catch (error) {
      this.#deps.log('files channel failed', error instanceof Error ? error.name : 'unknown');
      channel.close();
    }
  }
}
