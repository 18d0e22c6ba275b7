/**
 * Addresses of files that were sent from here, for as long as the page lives: a picture goes on being shown from this device
 * while and after it is sent, and is not fetched again.
 */
export class LocalUrls {
  readonly #urls = new Map<string, string>();

  constructor(private readonly limit: number) {}

  get(key: string): string | undefined {
    return this.#urls.get(key);
  }

  add(key: string, blob: Blob): void {
    if (this.#urls.has(key)) return;
    this.#urls.set(key, URL.createObjectURL(blob));
    const [oldest] = this.#urls;
    if (this.#urls.size <= this.limit || !oldest) return;
    URL.revokeObjectURL(oldest[1]);
    this.#urls.delete(oldest[0]);
  }
}

export const localUrls = new LocalUrls(60);
