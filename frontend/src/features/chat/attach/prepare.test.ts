import { describe, expect, it } from 'vitest';
import type { OpenPicture, OpenPictures } from '../../../shared/pictures/open';
import { MAX_PICTURE_BYTES, MAX_SIDE } from '../../../shared/pictures/clean';
import { MAX_FILE_BYTES, MAX_THUMBNAIL_BYTES } from './limits';
import { prepare } from './prepare';
import { asText, gifOf, jpegOf, pngOf, SECRET, webpOf } from '../../../shared/testing/pictures';
import { isSendable, Tray } from './Tray';

interface Drawn { side: number; type: string }

/** A browser that draws pictures of a given size, each as large as `weigh` says. */
function browser(width: number, height: number, weigh: (side: number, type: string) => number = () => 1000) {
  const drawn: Drawn[] = [];
  const state = { open: 0 };
  const open: OpenPictures = () => {
    state.open += 1;
    const picture: OpenPicture = {
      width, height, url: 'blob:picture',
      square: () => Promise.reject(new Error('not asked for')),
      encode: (side, type) => {
        drawn.push({ side, type });
        return Promise.resolve(new Blob([new Uint8Array(weigh(side, type))], { type }));
      },
      close: () => (state.open -= 1),
    };
    return Promise.resolve(picture);
  };
  return { open, drawn, state };
}

const fileOf = (bytes: BlobPart, name: string, type: string) => new File([bytes], name, { type });
const sized = (size: number, name: string, type: string) => Object.defineProperty(fileOf('x', name, type), 'size', { value: size });
const cannotOpen: OpenPictures = () => Promise.reject(new Error('unknown format'));

async function ok(file: File, open: OpenPictures) {
  const result = await prepare(file, open);
  if (!('ok' in result)) throw new Error(`refused: ${result.refused}`);
  return result.ok;
}

describe('pictures', () => {
  it('leaves an upright one of usual size as it is, but for what it said of itself', async () => {
    const { open, drawn, state } = browser(400, 300);
    const sent = await ok(fileOf(jpegOf({ orientation: 1 }), 'lunch.jpg', 'image/jpeg'), open);
    expect(sent).toMatchObject({ kind: 'image', type: 'image/jpeg', name: 'lunch.jpg', width: 400, height: 300 });
    const bytes = new Uint8Array(await sent.blob.arrayBuffer());
    expect(asText(bytes)).not.toContain(SECRET);
    expect(asText(bytes)).toContain('ICC_PROFILE');
    expect(drawn.map(({ side }) => side)).toEqual([640]);
    expect(state.open).toBe(0);
  });

  it('draws anew what is turned, and says the size as it is seen', async () => {
    const { open, drawn } = browser(300, 400);
    const sent = await ok(fileOf(jpegOf({ orientation: 6 }), 'lunch.jpeg', 'image/jpeg'), open);
    expect(sent).toMatchObject({ width: 300, height: 400, name: 'lunch.jpeg' });
    expect(drawn[0]).toEqual({ side: MAX_SIDE, type: 'image/jpeg' });
  });

  it('makes large ones smaller', async () => {
    const { open } = browser(8000, 6000);
    expect(await ok(fileOf(jpegOf({ width: 8000, height: 6000, orientation: 1 }), 'a.jpg', 'image/jpeg'), open)).toMatchObject({ width: 2560, height: 1920 });
  });

  it('keeps what may be see-through in a format that can be', async () => {
    const { open, drawn } = browser(4000, 3000);
    expect(await ok(fileOf(webpOf(), 'a.png', 'image/png'), open)).toMatchObject({ type: 'image/webp', name: 'a.webp' });
    expect(drawn[0]?.type).toBe('image/webp');
  });

  it('keeps a moving picture moving', async () => {
    const { open } = browser(20, 10);
    const sent = await ok(fileOf(gifOf(), 'a.gif', 'image/gif'), open);
    expect(asText(new Uint8Array(await sent.blob.arrayBuffer()))).toContain('NETSCAPE2.0');
  });

  it('turns other formats into JPEG where the browser can open them', async () => {
    const { open } = browser(400, 300);
    expect(await ok(fileOf('heic', 'IMG_1.HEIC', ''), open)).toMatchObject({ type: 'image/jpeg', name: 'IMG_1.jpg' });
  });

  it('refuses one that it can’t free of its position', async () => {
    expect(await prepare(fileOf('heic', 'IMG_1.HEIC', 'image/heic'), cannotOpen)).toEqual({ refused: 'unreadable_picture' });
  });

  it('makes the thumbnail smaller until it is small enough', async () => {
    const heavy = browser(400, 300, (side) => side * 200);
    const sent = await ok(fileOf(pngOf(), 'a.png', 'image/png'), heavy.open);
    expect(heavy.drawn.map(({ side }) => side)).toEqual([640, 480, 320]);
    expect(sent.thumbnail?.size).toBeLessThanOrEqual(MAX_THUMBNAIL_BYTES);
    const hopeless = browser(400, 300, () => 100_000);
    expect(await ok(fileOf(pngOf(), 'a.png', 'image/png'), hopeless.open)).not.toHaveProperty('thumbnail');
  });

  it('does not open a bomb, nor a file without end', async () => {
    const { open, drawn } = browser(1, 1);
    expect(await prepare(fileOf(pngOf({ width: 30_000, height: 30_000 }), 'a.png', 'image/png'), open)).toEqual({ refused: 'too_large' });
    expect(await prepare(sized(MAX_PICTURE_BYTES + 1, 'a.jpg', 'image/jpeg'), open)).toEqual({ refused: 'too_large' });
    expect(drawn).toEqual([]);
  });
});

describe('other files', () => {
  it('stay as they are, up to the limit', async () => {
    const pdf = fileOf('%PDF-1.7', 'plan.pdf', 'application/pdf');
    expect(await ok(pdf, cannotOpen)).toEqual({ kind: 'file', blob: pdf, name: 'plan.pdf', type: 'application/pdf' });
    expect(await prepare(sized(MAX_FILE_BYTES, 'a.zip', ''), cannotOpen)).toMatchObject({ ok: { type: 'application/octet-stream' } });
    expect(await prepare(sized(MAX_FILE_BYTES + 1, 'a.zip', ''), cannotOpen)).toEqual({ refused: 'too_large' });
    expect(await prepare(fileOf('', 'a.txt', 'text/plain'), cannotOpen)).toEqual({ refused: 'empty' });
    expect(await ok(fileOf('<svg/>', 'a.svg', 'image/svg+xml'), cannotOpen)).toMatchObject({ kind: 'file' });
  });
});

describe('the tray', () => {
  const settled = async (tray: Tray) => {
    while (tray.state.value.items.some(({ state }) => state.is === 'preparing')) await Promise.resolve();
  };

  it('gives out what can be sent, in the order of picking, with its words', async () => {
    const tray = new Tray(cannotOpen);
    tray.add([fileOf('a', 'a.txt', 'text/plain'), fileOf('', 'empty.txt', ''), fileOf('b', 'b.pdf', 'application/pdf')]);
    expect(tray.take()).toBeNull();
    await settled(tray);
    const [first] = tray.state.value.items;
    expect(tray.state.value.selected).toBe(first?.id);
    tray.caption(first?.id ?? '', '  my notes ');
    expect(tray.take()?.map(({ prepared, caption }) => [prepared.name, caption])).toEqual([['a.txt', 'my notes'], ['b.pdf', '']]);
    expect(tray.state.value.items).toEqual([]);
  });

  it('takes twenty at once and says how many it left', () => {
    const tray = new Tray(cannotOpen);
    tray.add(Array.from({ length: 23 }, (_, index) => fileOf('a', `${index}.txt`, '')));
    expect(tray.state.value).toMatchObject({ leftOut: 3 });
    expect(tray.state.value.items).toHaveLength(20);
  });

  it('goes to the neighbour when one is put away, and is empty after the last', () => {
    const tray = new Tray(cannotOpen);
    tray.add([fileOf('a', 'a.txt', ''), fileOf('b', 'b.txt', '')]);
    const [a, b] = tray.state.value.items.map(({ id }) => id);
    tray.remove(a ?? '');
    expect(tray.state.value.selected).toBe(b);
    tray.remove(b ?? '');
    expect(tray.state.value).toEqual({ items: [], selected: null, leftOut: 0 });
  });

  it('has nothing to send when all is refused', async () => {
    const tray = new Tray(cannotOpen);
    tray.add([fileOf('x', 'a.heic', 'image/heic')]);
    await settled(tray);
    expect(isSendable(tray.state.value.items)).toBe(false);
  });
});
