/**
 * Chromium and Firefox write WebM as a stream, without saying how long it is; then a player knows no length and can't seek.
 * The length is put into the `Info` element here, where the elements before the first cluster leave it out.
 */
const SEGMENT = 0x18538067, INFO = 0x1549a966, TIMESTAMP_SCALE = 0x2ad7b1, DURATION = 0x4489, CLUSTER = 0x1f43b675;

interface Element {
  id: number;
  /** Where its size is written, and with how many bytes. */
  sizeAt: number;
  sizeLength: number;
  body: number;
  /** `Infinity` where the writer did not know it. */
  size: number;
}

/** The number of bytes that a number of variable length has, by its first. */
const lengthOf = (first: number): number => Math.clz32(first) - 23;

function elementAt(bytes: Uint8Array, at: number): Element | null {
  const idLength = lengthOf(bytes[at] ?? 0);
  const sizeAt = at + idLength;
  const sizeLength = lengthOf(bytes[sizeAt] ?? 0);
  const body = sizeAt + sizeLength;
  if (idLength > 4 || sizeLength > 8 || body > bytes.length) return null;
  const number = (from: number, to: number, first: number) => bytes.subarray(from + 1, to).reduce((sum, byte) => sum * 256 + byte, first);
  const mask = (1 << (8 - sizeLength)) - 1;
  const first = (bytes[sizeAt] ?? 0) & mask;
  const unknown = first === mask && bytes.subarray(sizeAt + 1, body).every((byte) => byte === 0xff);
  return { id: number(at, sizeAt, bytes[at] ?? 0), sizeAt, sizeLength, body, size: unknown ? Infinity : number(sizeAt, body, first) };
}

/** A size in exactly `length` bytes; null where it doesn't fit. */
function sizeBytes(size: number, length: number): Uint8Array | null {
  if (size >= 2 ** (7 * length) - 1) return null;
  const out = new Uint8Array(length);
  let rest = size;
  for (let at = length - 1; at >= 0; at -= 1) {
    out[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  out[0] = (out[0] ?? 0) | (0x80 >> (length - 1));
  return out;
}

/** The same recording with its length; as it was where it says one, or is not understood. */
export function withDuration(bytes: Uint8Array<ArrayBuffer>, durationMs: number): Uint8Array<ArrayBuffer> {
  const head = elementAt(bytes, 0);
  const segment = head && elementAt(bytes, head.body + head.size);
  if (segment?.id !== SEGMENT) return bytes;
  for (let at = segment.body; at < bytes.length; ) {
    const element = elementAt(bytes, at);
    if (!element || element.id === CLUSTER) return bytes;
    if (element.id === INFO) return inInfo(bytes, segment, element, durationMs);
    at = element.body + element.size;
  }
  return bytes;
}

function inInfo(bytes: Uint8Array<ArrayBuffer>, segment: Element, info: Element, durationMs: number): Uint8Array<ArrayBuffer> {
  const end = info.body + info.size;
  let scale = 1_000_000;
  for (let at = info.body; at < end; ) {
    const element = elementAt(bytes, at);
    if (!element || element.id === DURATION) return bytes;
    if (element.id === TIMESTAMP_SCALE) scale = bytes.subarray(element.body, element.body + element.size).reduce((sum, byte) => sum * 256 + byte, 0);
    at = element.body + element.size;
  }
  if (end > bytes.length || scale <= 0) return bytes;
  const added = new Uint8Array([0x44, 0x89, 0x88, 0, 0, 0, 0, 0, 0, 0, 0]);
  new DataView(added.buffer).setFloat64(3, (durationMs * 1_000_000) / scale);
  // Info grows by what is added, and so does the segment where its size is known.
  const infoSize = sizeBytes(info.size + added.length, info.sizeLength);
  const segmentSize = segment.size === Infinity ? bytes.subarray(segment.sizeAt, segment.body) : sizeBytes(segment.size + added.length, segment.sizeLength);
  if (!infoSize || !segmentSize) return bytes;
  const out = new Uint8Array(bytes.length + added.length);
  out.set(bytes.subarray(0, end));
  out.set(segmentSize, segment.sizeAt);
  out.set(infoSize, info.sizeAt);
  out.set(added, end);
  out.set(bytes.subarray(end), end + added.length);
  return out;
}
