import { FILES_MAX, parseMessage, readChunk, VERSION } from './messages';
import { Receiver } from './receiver';
import { Sender } from './sender';
import type { Output, TransferView } from './transfer';

/** All files of a call, over as many channels, one after the other, as its connections give. */
export class Transfers {
  readonly sender = new Sender();
  readonly receiver: Receiver;
  readonly #max: number;
  #channel: 'none' | 'silent' | 'heard' | 'refused' = 'none';
  #out: Output[] = [];

  /** The largest file that this browser can take. */
  constructor(max: number) {
    this.#max = max;
    this.receiver = new Receiver(max);
  }

  /** The other has said, on the channel that there is, that they take files. */
  get ready(): boolean {
    return this.#channel === 'heard';
  }

  get refused(): boolean {
    return this.#channel === 'refused';
  }

  /** A channel is open. */
  begin(): void {
    this.lose();
    if (this.#channel === 'refused') return;
    this.#channel = 'silent';
    this.#out.push({ type: 'send', message: { type: 'hello', version: VERSION, max: this.#max, sending: this.sender.sending } });
  }

  /** It is gone. */
  lose(): void {
    if (this.#channel === 'refused') return;
    this.#channel = 'none';
    this.#out = [];
    this.sender.down();
    this.receiver.down();
  }

  text(now: number, text: string): void {
    const message = this.#channel === 'refused' ? undefined : parseMessage(text);
    if (!message) return; // a later version of ours may say more
    if (message.type === 'hello') {
      if (this.#channel !== 'silent' || message.sending.length > FILES_MAX) return;
      this.#channel = 'heard';
      this.receiver.up(message.sending);
      this.sender.up(message.max);
    } else if (this.#channel === 'heard') {
      this.sender.handle(now, message);
      this.receiver.handle(now, message);
    }
  }

  binary(now: number, data: ArrayBuffer): void {
    if (this.#channel !== 'heard') return;
    const chunk = readChunk(data);
    if (chunk) this.receiver.chunk(now, chunk);
    else this.receiver.refuse();
  }

  poll(now: number, buffered: number): Output | undefined {
    const next = this.#out.shift() ?? this.receiver.poll() ?? this.sender.poll(now, buffered);
    if (next?.type === 'refuse') {
      this.sender.down();
      this.receiver.down();
      this.sender.end();
      this.#channel = 'refused';
    }
    return next;
  }

  /** The call is over. */
  end(): void {
    this.sender.end();
    this.receiver.end();
    this.lose();
  }

  views(): TransferView[] {
    return [...this.receiver.views(), ...this.sender.views()].sort((a, b) => a.at - b.at);
  }
}
