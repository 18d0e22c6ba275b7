/**
 * What a picture's file says besides the picture: where it was taken, with what, by whom. It is taken out of the bytes without
 * touching the picture itself, so that nothing is lost in quality. Pure: bytes in, bytes out.
 */
export interface Picture {
  type: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif';
  /** As stored, before it is turned. */
  width: number;
  height: number;
  /** 1 to 8 as in EXIF: 1 is upright. */
  orientation: number;
  /** The same picture, and nothing but the picture. */
  stripped: Uint8Array<ArrayBuffer>;
}

type Range = readonly [from: number, to: number];

/** Null where it is none of the four formats, or is broken. */
export function readPicture(bytes: Uint8Array): Picture | null {
  try {
    return readJpeg(bytes) ?? readPng(bytes) ?? readWebp(bytes) ?? readGif(bytes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const tag = (bytes: Uint8Array, at: number, length = 4) => String.fromCharCode(...bytes.subarray(at, at + length));

function join(bytes: Uint8Array, ranges: readonly Range[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(ranges.reduce((sum, [from, to]) => sum + to - from, 0));
  let at = 0;
  for (const [from, to] of ranges) {
    out.set(bytes.subarray(from, to), at);
    at += to - from;
  }
  return out;
}

const SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP0 = 0xe0, APP1 = 0xe1, APP2 = 0xe2, APP14 = 0xee, APP15 = 0xef, COM = 0xfe;

/** Kept of the application segments: JFIF, the colour profile, and how Adobe's programs coded the colours. */
function isKept(marker: number, bytes: Uint8Array, at: number): boolean {
  if (marker === COM) return false;
  if (marker < APP0 || marker > APP15) return true;
  return (
    (marker === APP0 && tag(bytes, at + 4, 5) === 'JFIF\0') || (marker === APP2 && tag(bytes, at + 4, 12) === 'ICC_PROFILE\0') ||
    (marker === APP14 && tag(bytes, at + 4, 5) === 'Adobe')
  );
}

function readJpeg(bytes: Uint8Array): Picture | null {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return null;
  const data = view(bytes);
  const ranges: Range[] = [[0, 2]];
  let [width, height, orientation] = [0, 0, 1];
  let at = 2;
  for (;;) {
    if (data.getUint8(at) !== 0xff) return null;
    const marker = data.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === EOI) break;
    const end = at + 2 + data.getUint16(at + 2);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) [height, width] = [data.getUint16(at + 5), data.getUint16(at + 7)];
    if (marker === APP1 && tag(bytes, at + 4, 6) === 'Exif\0\0') orientation = exifOrientation(bytes.subarray(at + 10, end));
    if (isKept(marker, bytes, at)) ranges.push([at, end]);
    at = end;
    if (marker !== SOS) continue;
    // The coded picture: up to the next marker that is neither a stuffed byte nor a restart.
    while (data.getUint8(at) !== 0xff || data.getUint8(at + 1) === 0 || (data.getUint8(at + 1) >= 0xd0 && data.getUint8(at + 1) <= 0xd7)) at += 1;
    ranges.push([end, at]);
  }
  // What follows the end (a film, a second picture with a position of its own) stays behind.
  ranges.push([at, at + 2]);
  return width === 0 || height === 0 ? null : { type: 'image/jpeg', width, height, orientation, stripped: join(bytes, ranges) };
}

/** The orientation in the first directory of a TIFF structure; 1 where there is none. */
function exifOrientation(tiff: Uint8Array): number {
  try {
    const data = view(tiff);
    const little = data.getUint16(0) === 0x4949;
    const directory = data.getUint32(4, little);
    const count = data.getUint16(directory, little);
    for (let entry = 0; entry < count; entry += 1) {
      const at = directory + 2 + entry * 12;
      if (data.getUint16(at, little) !== 0x0112) continue;
      const value = data.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  } catch {
    // Cut short: taken as upright.
  }
  return 1;
}

const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';
/** What is needed to draw it, moving ones too; texts, times and EXIF are not. */
const PNG_KEPT = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'sBIT', 'bKGD', 'pHYs', 'acTL', 'fcTL', 'fdAT']);

function readPng(bytes: Uint8Array): Picture | null {
  if (tag(bytes, 0, 8) !== PNG_SIGNATURE) return null;
  const data = view(bytes);
  const ranges: Range[] = [[0, 8]];
  let orientation = 1;
  let at = 8;
  let name = '';
  while (name !== 'IEND') {
    const end = at + 12 + data.getUint32(at);
    name = tag(bytes, at + 4);
    if (end > bytes.length) return null;
    if (name === 'eXIf') orientation = exifOrientation(bytes.subarray(at + 8, end - 4));
    if (PNG_KEPT.has(name)) ranges.push([at, end]);
    at = end;
  }
  return { type: 'image/png', width: data.getUint32(16), height: data.getUint32(20), orientation, stripped: join(bytes, ranges) };
}

const WEBP_KEPT = new Set(['VP8X', 'VP8 ', 'VP8L', 'ANIM', 'ANMF', 'ALPH', 'ICCP']);

function readWebp(bytes: Uint8Array): Picture | null {
  if (tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WEBP') return null;
  const data = view(bytes);
  const ranges: Range[] = [[0, 12]];
  const whole = Math.min(bytes.length, 8 + data.getUint32(4, true));
  let [width, height, orientation] = [0, 0, 1];
  for (let at = 12; at + 8 <= whole; ) {
    const name = tag(bytes, at);
    const size = data.getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    if (end > bytes.length) return null;
    const body = at + 8;
    if (name === 'EXIF') orientation = exifOrientation(bytes.subarray(tag(bytes, body, 6) === 'Exif\0\0' ? body + 6 : body, end));
    if (name === 'VP8X') [width, height] = [1 + (data.getUint32(body + 4, true) & 0xffffff), 1 + ((data.getUint32(body + 6, true) >>> 8) & 0xffffff)];
    if (name === 'VP8 ' && width === 0) [width, height] = [data.getUint16(body + 6, true) & 0x3fff, data.getUint16(body + 8, true) & 0x3fff];
    if (name === 'VP8L' && width === 0) {
      const bits = data.getUint32(body + 1, true);
      [width, height] = [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
    }
    if (WEBP_KEPT.has(name)) ranges.push([at, end]);
    at = end;
  }
  const stripped = join(bytes, ranges);
  view(stripped).setUint32(4, stripped.length - 8, true);
  // The flags that promise EXIF and XMP.
  if (tag(stripped, 12) === 'VP8X') stripped[20] = (stripped[20] ?? 0) & ~0x0c;
  return width === 0 || height === 0 ? null : { type: 'image/webp', width, height, orientation, stripped };
}

/** Application blocks that say how often a moving picture repeats. */
const GIF_KEPT = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);

function readGif(bytes: Uint8Array): Picture | null {
  if (tag(bytes, 0, 6) !== 'GIF89a' && tag(bytes, 0, 6) !== 'GIF87a') return null;
  const data = view(bytes);
  const table = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  const afterBlocks = (from: number) => {
    let at = from;
    while (data.getUint8(at) !== 0) at += data.getUint8(at) + 1;
    return at + 1;
  };
  let at = 13 + table(data.getUint8(10));
  const ranges: Range[] = [[0, at]];
  for (let kind = data.getUint8(at); kind !== 0x3b; kind = data.getUint8(at)) {
    if (kind !== 0x2c && kind !== 0x21) return null;
    const label = data.getUint8(at + 1);
    const end = kind === 0x2c ? afterBlocks(at + 11 + table(data.getUint8(at + 9))) : afterBlocks(at + 2);
    const dropped = kind === 0x21 && (label === 0xfe || label === 0x01 || (label === 0xff && !GIF_KEPT.has(tag(bytes, at + 3, 11))));
    if (!dropped) ranges.push([at, end]);
    at = end;
  }
  ranges.push([at, at + 1]);
  return { type: 'image/gif', width: data.getUint16(6, true), height: data.getUint16(8, true), orientation: 1, stripped: join(bytes, ranges) };
}
