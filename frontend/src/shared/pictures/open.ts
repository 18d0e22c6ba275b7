import { placeIn, type Square } from './square';

/** A picture that is open in the browser, turned upright. */
export interface OpenPicture {
  width: number;
  height: number;
  /** Where a page can show it from, until it is closed. */
  url: string;
  /** Drawn anew, no side longer than `side`; without anything that the file said besides the picture. */
  encode(side: number, type: string, quality: number): Promise<Blob>;
  /** A square of that side out of it. */
  square(side: number, square: Square, type: string, quality: number): Promise<Blob>;
  close(): void;
}

/** Rejects what the browser can't show. */
export type OpenPictures = (file: Blob) => Promise<OpenPicture>;

interface Drawing {
  width: number;
  height: number;
  place: { x: number; y: number; width: number; height: number };
}

function draw(image: HTMLImageElement, { width, height, place }: Drawing, type: string, quality: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  if (!context) return Promise.reject(new Error('no canvas'));
  if (type === 'image/jpeg') {
    // What is see-through would be black.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
  }
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, place.x, place.y, place.width, place.height);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => {
      // Frees its memory at once: phones allow little of it.
      canvas.width = 0;
      if (blob) done(blob);
      else failed(new Error('the picture could not be written'));
    }, type, quality);
  });
}

/** By an `<img>`, which every browser turns upright by itself. */
export const openPicture: OpenPictures = async (file) => {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
  const size = { width: image.naturalWidth, height: image.naturalHeight };
  return {
    ...size,
    url,
    encode: (side, type, quality) => {
      const scale = Math.min(1, side / Math.max(size.width, size.height));
      const [width, height] = [Math.max(1, Math.round(size.width * scale)), Math.max(1, Math.round(size.height * scale))];
      return draw(image, { width, height, place: { x: 0, y: 0, width, height } }, type, quality);
    },
    square: (side, square, type, quality) => draw(image, { width: side, height: side, place: placeIn(side, size, square) }, type, quality),
    close: () => {
      URL.revokeObjectURL(url);
      image.removeAttribute('src');
    },
  };
};
