/** A picture that is open in the browser, turned upright. */
export interface OpenPicture {
  width: number;
  height: number;
  /** Drawn anew, no side longer than `side`; without anything that the file said besides the picture. */
  encode(side: number, type: string, quality: number): Promise<Blob>;
  close(): void;
}

/** Rejects what the browser can't show. */
export type OpenPictures = (file: Blob) => Promise<OpenPicture>;

function drawn(image: HTMLImageElement, side: number, type: string): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  if (type === 'image/jpeg') {
    // What is see-through would be black.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
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
  const picture: OpenPicture = {
    width: image.naturalWidth,
    height: image.naturalHeight,
    encode: (side, type, quality) => {
      const canvas = drawn(image, side, type);
      return new Promise((done, failed) => {
        canvas.toBlob((blob) => {
          // Frees its memory at once: phones allow little of it.
          canvas.width = 0;
          if (blob) done(blob);
          else failed(new Error('the picture could not be written'));
        }, type, quality);
      });
    },
    close: () => {
      URL.revokeObjectURL(url);
      image.removeAttribute('src');
    },
  };
  return picture;
};
