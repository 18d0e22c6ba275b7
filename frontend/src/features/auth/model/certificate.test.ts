import { expect, it } from 'vitest';
import type { OpenPictures } from '../../../shared/pictures/open';
import { asText, jpegOf, SECRET } from '../../../shared/testing/pictures';
import { certificateOf, MAX_CERTIFICATE_BYTES } from './certificate';

const opens = (weight = 1000): OpenPictures => () =>
  Promise.resolve({
    width: 400, height: 300, url: '', close: () => undefined,
    square: () => Promise.reject(new Error('not asked for')),
    encode: (_, type) => Promise.resolve(new Blob([new Uint8Array(weight)], { type })),
  });
const cannotOpen: OpenPictures = () => Promise.reject(new Error('unknown format'));
const fileOf = (bytes: BlobPart, name: string, type: string) => new File([bytes], name, { type });
const sized = (size: number, file: File) => Object.defineProperty(file, 'size', { value: size });
const pdf = () => fileOf('%PDF-1.7\n', 'diploma.pdf', 'application/pdf');

it('takes a PDF as it is, also where the browser knows no type', async () => {
  for (const file of [pdf(), fileOf('%PDF-1.7\n', 'diploma', '')]) {
    const result = await certificateOf(file, cannotOpen);
    expect(result).toMatchObject({ ok: { name: file.name, type: 'application/pdf', size: file.size } });
  }
});

it('takes a picture, without where it was taken', async () => {
  const result = await certificateOf(fileOf(jpegOf({ orientation: 1 }), 'wall.jpg', 'image/jpeg'), opens());
  if (!('ok' in result)) throw new Error(result.refused);
  expect(result.ok).toMatchObject({ name: 'wall.jpg', type: 'image/jpeg' });
  expect(asText(new Uint8Array(await result.ok.arrayBuffer()))).not.toContain(SECRET);
});

it.each([
  ['too large a PDF', sized(MAX_CERTIFICATE_BYTES + 1, pdf()), opens(), 'too_large'],
  ['a picture that stays too large', fileOf(jpegOf({ orientation: 6 }), 'a.jpg', 'image/jpeg'), opens(MAX_CERTIFICATE_BYTES + 1), 'too_large'],
  ['an empty file', fileOf('', 'diploma.pdf', 'application/pdf'), opens(), 'empty'],
  ['a document of another kind', fileOf('PK', 'diploma.docx', ''), opens(), 'wrong_kind'],
  ['a page that says it is a PDF', fileOf('<html>', 'diploma.pdf', 'application/pdf'), opens(), 'wrong_kind'],
  ['a picture that can’t be opened', fileOf('heic', 'a.heic', 'image/heic'), cannotOpen, 'unreadable_picture'],
] as const)('refuses %s', async (_, file, open, refused) => {
  expect(await certificateOf(file, open)).toEqual({ refused });
});
