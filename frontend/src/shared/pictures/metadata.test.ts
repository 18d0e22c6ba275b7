import { describe, expect, it } from 'vitest';
import { readPicture } from './metadata';
import { asText, ENTROPY, gifOf, jpegOf, pngOf, SECRET, webpOf } from '../testing/pictures';

const FILES = { jpeg: jpegOf(), png: pngOf(), webp: webpOf(), gif: gifOf() };

describe.each(Object.entries(FILES))('a %s', (name, file) => {
  it('keeps nothing of where it was taken, and is whole without it', () => {
    expect(asText(file)).toContain(SECRET);
    const picture = readPicture(file);
    expect(picture?.type).toBe(`image/${name}`);
    const said = asText(picture?.stripped ?? new Uint8Array());
    for (const trace of [SECRET, 'Exif', 'EXIF', 'eXIf', 'XMP', 'xap', 'adobe', 'Cam', 'MPF', 'Photoshop', 'ftyp', 'tEXt']) expect(said).not.toContain(trace);
    // What is stripped once is read the same again, and stays as it is.
    const again = readPicture(picture?.stripped ?? new Uint8Array());
    expect(again).toMatchObject({ width: picture?.width, height: picture?.height, orientation: 1 });
    expect(again?.stripped).toEqual(picture?.stripped);
  });

  it('is refused or read, never thrown at, wherever it is cut or changed', () => {
    for (let length = 0; length < file.length; length += 1) readPicture(file.slice(0, length));
    for (let at = 0; at < file.length; at += 1) {
      for (const value of [0, 0x7f, 0xff]) {
        const changed = file.slice();
        changed[at] = value;
        readPicture(changed);
      }
    }
  });
});

it('reads sizes and orientations', () => {
  expect(readPicture(jpegOf({ orientation: 6 }))).toMatchObject({ width: 400, height: 300, orientation: 6 });
  expect(readPicture(jpegOf({ orientation: 8, order: 'II' }))).toMatchObject({ orientation: 8 });
  expect(readPicture(jpegOf({ orientation: 77 }))).toMatchObject({ orientation: 1 });
  expect(readPicture(pngOf())).toMatchObject({ width: 40, height: 30 });
  expect(readPicture(webpOf())).toMatchObject({ width: 4000, height: 3000, orientation: 3 });
  expect(readPicture(gifOf())).toMatchObject({ width: 20, height: 10 });
});

it('keeps what the picture is made of', () => {
  const jpeg = asText(readPicture(jpegOf())?.stripped ?? new Uint8Array());
  expect(jpeg.split(asText(new Uint8Array(ENTROPY)))).toHaveLength(3);
  expect(jpeg).toContain('ICC_PROFILE');
  expect(jpeg).toContain('JFIF');
  expect(asText(readPicture(gifOf())?.stripped ?? new Uint8Array())).toContain('NETSCAPE2.0');
  const webp = readPicture(webpOf())?.stripped ?? new Uint8Array();
  // The flags: colour profile yes, EXIF and XMP no; and the size of the whole.
  expect(webp[20]).toBe(0x20);
  expect(new DataView(webp.buffer).getUint32(4, true)).toBe(webp.length - 8);
});

it('knows nothing of other files', () => {
  expect(readPicture(new Uint8Array())).toBeNull();
  expect(readPicture(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeNull();
});
