import type { Page } from '@playwright/test';

/** Written into the file of a picture, where phones write the place. */
export const PLACE = 'N48.1371 E11.5754';

const big = (value: number, length: number) => Buffer.from(Array.from({ length }, (_, at) => Math.floor(value / 256 ** (length - 1 - at)) % 256));
const segment = (marker: number, body: Buffer) => Buffer.concat([Buffer.from([0xff, marker]), big(body.length + 2, 2), body]);

/** EXIF with an orientation, a GPS directory and the place in it. */
function exif(orientation: number): Buffer {
  const entry = (tag: number, type: number, count: number, value: Buffer) => Buffer.concat([big(tag, 2), big(type, 2), big(count, 4), value]);
  const gps = 8 + 2 + 2 * 12 + 4;
  const place = gps + 2 + 12 + 4;
  return Buffer.concat([
    Buffer.from('Exif\0\0MM'), big(42, 2), big(8, 4),
    big(2, 2), entry(0x0112, 3, 1, Buffer.concat([big(orientation, 2), big(0, 2)])), entry(0x8825, 4, 1, big(gps, 4)), big(0, 4),
    big(1, 2), entry(0x001b, 2, PLACE.length, big(place, 4)), big(0, 4), Buffer.from(PLACE),
  ]);
}

/** A JPEG as a phone makes it: red at the left, blue at the right as stored, with where it was taken. */
export async function photo(page: Page, { width, height, orientation }: { width: number; height: number; orientation: number }): Promise<Buffer> {
  const plain = await page.evaluate(
    ([w, h]) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [w, h];
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#d22';
      context.fillRect(0, 0, w / 2, h);
      context.fillStyle = '#22d';
      context.fillRect(w / 2, 0, w / 2, h);
      return canvas.toDataURL('image/jpeg', 0.9).split(',')[1]!;
    },
    [width, height] as const,
  );
  const jpeg = Buffer.from(plain, 'base64');
  const xmp = segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0<exif:GPSLatitude>${PLACE}</exif:GPSLatitude>`));
  return Buffer.concat([jpeg.subarray(0, 2), segment(0xe1, exif(orientation)), xmp, jpeg.subarray(2), Buffer.from(`a film behind it ${PLACE}`)]);
}

/** As a browser shows it: its size, and the colours at the middle of its top and of its bottom. */
export async function seen(page: Page, file: Buffer): Promise<{ width: number; height: number; top: string; bottom: string }> {
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/jpeg;base64,${base64}`;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    const colour = (x: number, y: number) => {
      const [red = 0, , blue = 0] = context.getImageData(x, y, 1, 1).data;
      return red > blue ? 'red' : 'blue';
    };
    return { width, height, top: colour(width / 2, 4), bottom: colour(width / 2, height - 5) };
  }, file.toString('base64'));
}
