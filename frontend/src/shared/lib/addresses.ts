/**
 * Addresses of files are absolute, for pages of other origins. This page takes them from where it came from itself: the practice
 * may be reached by more than one name.
 */
export function hereAddress(address: string | undefined, base: string = window.location.origin): string | undefined {
  if (address === undefined) return undefined;
  try {
    const url = new URL(address, base);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.pathname + url.search : undefined;
  } catch {
    return undefined;
  }
}
