/**
 * How a room's key goes from the page that made it to another: sealed by what the two pages' key pairs have in common, so
 * that only they can open it or could have made it. Pairs are made by each page for itself and gone with it.
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** A page's own pair: its public key as it goes over, and the private one, which can't be read. */
export interface PagePair {
  text: string;
  secret: CryptoKey;
}

/** Which key of which consultation: what was sealed as one can't be passed off as another. */
export interface KeyName {
  consultationId: string;
  number: number;
}

const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;
const NONCE = 12;
const encode = (text: string): Bytes => new TextEncoder().encode(text);

export async function makePair(): Promise<PagePair> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
  return { text: toText(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))), secret: privateKey };
}

export const makeKey = (): Bytes => crypto.getRandomValues(new Uint8Array(32));

/** For the page of that public key alone. */
export async function seal(key: Bytes, name: KeyName, from: PagePair, to: string): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const info = infoOf(name, from.text, to);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: info }, await common(from, to, info), key);
  return toText(joined(nonce, new Uint8Array(sealed)));
}

/** Rejects where it is not from that page, not for this one, or not that key. */
export async function unseal(sealed: string, name: KeyName, from: string, to: PagePair): Promise<Bytes> {
  const bytes = fromText(sealed);
  const info = infoOf(name, from, to.text);
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes.subarray(0, NONCE), additionalData: info }, await common(to, from, info), bytes.subarray(NONCE));
  return new Uint8Array(opened);
}

/** Trying one pair of keys after the other until the digits are the same must take longer than anybody waits at a door. */
const ROUNDS = 200_000;
const GROUPS = 4;
const DIGITS = 5;

/** What two pages compare by reading it out: the same for both, unless somebody between them gave either a key of their own. */
export async function codeOf(consultationId: string, one: string, other: string): Promise<string> {
  const material = await crypto.subtle.importKey('raw', encode([one, other].sort().join(' ')), 'PBKDF2', false, ['deriveBits']);
  const salt = encode(`moodbites code 1 ${consultationId}`);
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }, material, GROUPS * 64);
  const view = new DataView(bits);
  return Array.from({ length: GROUPS }, (_, n) => String(view.getBigUint64(n * 8) % BigInt(10 ** DIGITS)).padStart(DIGITS, '0')).join(' ');
}

/** What is said in the room by data messages. The sender is part of what is sealed, so that nobody is made to have said it. */
export class WordSeal {
  readonly #key: Promise<CryptoKey>;

  constructor(key: Bytes, readonly number: number) {
    this.#key = crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveKey']).then((material) => {
      const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encode('moodbites words 1') };
      return crypto.subtle.deriveKey(how, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    });
  }

  async seal(text: string, sender: string): Promise<Bytes> {
    const head = new Uint8Array(4);
    new DataView(head.buffer).setUint32(0, this.number);
    const iv = crypto.getRandomValues(new Uint8Array(NONCE));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: encode(sender) }, await this.#key, encode(text));
    return joined(head, iv, new Uint8Array(sealed));
  }

  async unseal(bytes: Uint8Array, sender: string): Promise<string> {
    const iv = bytes.slice(4, 4 + NONCE);
    const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: encode(sender) }, await this.#key, bytes.slice(4 + NONCE));
    return new TextDecoder().decode(opened);
  }

  /** By which key it was sealed. */
  static numberOf(bytes: Uint8Array): number {
    return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  }
}

function infoOf({ consultationId, number }: KeyName, from: string, to: string): Bytes {
  return encode(['moodbites key 1', consultationId, number, from, to].join(' '));
}

async function common(mine: PagePair, theirs: string, info: Bytes): Promise<CryptoKey> {
  const other = await crypto.subtle.importKey('raw', fromText(theirs), CURVE, false, []); // a point that is not on the curve is refused
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: other }, mine.secret, 256);
  const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

function joined(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const toText = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const fromText = (text: string): Bytes => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
