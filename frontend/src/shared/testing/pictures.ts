/** Files of pictures, made by hand, with everything in them that must not leave the device. */
const text = (value: string): number[] => Array.from(value, (letter) => letter.charCodeAt(0));
const big = (value: number, length: number): number[] => Array.from({ length }, (_, at) => Math.floor(value / 256 ** (length - 1 - at)) % 256);
const little = (value: number, length: number): number[] => big(value, length).reverse();
const bytes = (...parts: number[][]): Uint8Array<ArrayBuffer> => new Uint8Array(parts.flat());

/** Said in each of the files, somewhere: where it was taken. */
export const SECRET = 'N48.1371 E11.5754';

/** A TIFF structure with an orientation, and the place behind it. */
const exif = (orientation: number, order: 'II' | 'MM' = 'MM'): number[] => {
  const number = order === 'MM' ? big : little;
  return [
    ...text(order), ...number(42, 2), ...number(8, 4),
    ...number(2, 2),
    ...number(0x010f, 2), ...number(2, 2), ...number(4, 4), ...text('Cam\0'),
    ...number(0x0112, 2), ...number(3, 2), ...number(1, 4), ...number(orientation, 2), 0, 0,
    ...number(0, 4), ...text(SECRET),
  ];
};

const segment = (marker: number, body: number[]): number[] => [0xff, marker, ...big(body.length + 2, 2), ...body];

export const ENTROPY = [0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56];

export function jpegOf({ width = 400, height = 300, orientation = 6, order = 'MM' }: { width?: number; height?: number; orientation?: number; order?: 'II' | 'MM' } = {}): Uint8Array<ArrayBuffer> {
  return bytes(
    [0xff, 0xd8],
    segment(0xe0, [...text('JFIF\0'), 1, 2, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xe1, [...text('Exif\0\0'), ...exif(orientation, order)]),
    segment(0xe1, [...text('http://ns.adobe.com/xap/1.0/\0'), ...text(SECRET)]),
    segment(0xe2, [...text('ICC_PROFILE\0'), 1, 1, 9, 9, 9]),
    segment(0xe2, [...text('MPF\0'), ...text(SECRET)]),
    segment(0xed, [...text('Photoshop 3.0\0'), ...text(SECRET)]),
    segment(0xfe, text(SECRET)),
    segment(0xdb, new Array<number>(65).fill(1)),
    segment(0xc2, [8, ...big(height, 2), ...big(width, 2), 1, 1, 0x11, 0]),
    segment(0xda, [1, 1, 0, 0, 63, 0]), ENTROPY,
    segment(0xc4, [0, ...new Array<number>(16).fill(0)]),
    segment(0xda, [1, 1, 0, 0, 63, 0]), ENTROPY,
    [0xff, 0xd9],
    // As phones put a film behind a picture.
    text(`ftypmp42${SECRET}`),
  );
}

const chunk = (name: string, body: number[]): number[] => [...big(body.length, 4), ...text(name), ...body, 0, 0, 0, 0];

export function pngOf({ width = 40, height = 30 } = {}): Uint8Array<ArrayBuffer> {
  return bytes(
    text('\x89PNG\r\n\x1a\n'),
    chunk('IHDR', [...big(width, 4), ...big(height, 4), 8, 6, 0, 0, 0]),
    chunk('eXIf', exif(1)), chunk('tEXt', text(`Location\0${SECRET}`)), chunk('iTXt', text(`XML:com.adobe.xmp\0${SECRET}`)), chunk('tIME', [7, 234, 1, 5, 9, 0, 0]),
    chunk('IDAT', [1, 2, 3]), chunk('IEND', []),
    text(SECRET),
  );
}

const riff = (name: string, body: number[]): number[] => [...text(name), ...little(body.length, 4), ...body, ...(body.length % 2 === 1 ? [0] : [])];

export function webpOf({ width = 4000, height = 3000 } = {}): Uint8Array<ArrayBuffer> {
  const body = [
    ...text('WEBP'), ...riff('VP8X', [0x2c, 0, 0, 0, ...little(width - 1, 3), ...little(height - 1, 3)]), ...riff('ICCP', [1, 2, 3]), ...riff('VP8L', [0x2f, 1, 2, 3, 4]),
    ...riff('EXIF', exif(3, 'II')), ...riff('XMP ', text(SECRET)),
  ];
  return bytes(text('RIFF'), little(body.length, 4), body, text(SECRET));
}

export function gifOf(): Uint8Array<ArrayBuffer> {
  const block = (body: number[]) => [body.length, ...body];
  return bytes(
    text('GIF89a'), little(20, 2), little(10, 2), [0x80, 0, 0], [0, 0, 0, 255, 255, 255],
    [0x21, 0xff, ...block(text('NETSCAPE2.0')), ...block([1, 0, 0]), 0],
    [0x21, 0xff, ...block(text('XMP DataXMP')), ...block(text(SECRET)), 0],
    [0x21, 0xfe, ...block(text(SECRET)), 0],
    [0x21, 0xf9, ...block([0, 10, 0, 0]), 0],
    [0x2c, 0, 0, 0, 0, ...little(20, 2), ...little(10, 2), 0, 2, ...block([0x4c, 1]), 0],
    [0x3b],
    text(SECRET),
  );
}

export const asText = (value: Uint8Array): string => String.fromCharCode(...value);
