/** As the server counts it: bytes of UTF-8. */
export const MAX_BYTES = 16_384;

export const byteLength = (text: string): number => new TextEncoder().encode(text).length;
