import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/lib/errors';
import type { Outgoing } from '../model/outbox/outgoing';
import { uploader } from './upload';

/** A request with its other end in the test's hands. */
class FakeRequest {
  static readonly all: FakeRequest[] = [];
  readonly upload: { onprogress: ((event: unknown) => void) | null } = { onprogress: null };
  readonly headers: Record<string, string> = {};
  form: FormData | undefined;
  status = 0;
  response: unknown = null;
  responseType = '';
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  open = vi.fn();
  constructor() {
    FakeRequest.all.push(this);
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send(form: FormData) {
    this.form = form;
  }
  abort() {
    this.onabort?.();
  }
  answer(status: number, body: unknown) {
    Object.assign(this, { status, response: body });
    this.onload?.();
  }
}

const item: Outgoing = {
  clientMessageId: 'c1', receiverId: 'r', message: '', createdAt: '', place: 1, state: 'waiting',
  attachment: { kind: 'audio', name: 'note.webm', type: 'audio/webm', size: 3, blobId: 'b1', durationMs: 1200, waveform: [1, 2] },
};
const session = { freshToken: () => Promise.resolve('old'), renew: () => Promise.resolve('new') };
const flush = () => new Promise<void>((done) => setTimeout(done));

let progress: number[];
let abort: AbortController;

async function begun() {
  const upload = uploader(session, () => new FakeRequest() as unknown as XMLHttpRequest);
  const promise = upload(item, new Blob(['abc']), new Blob(['t'], { type: 'image/jpeg' }), (part) => progress.push(part), abort.signal);
  promise.catch(() => undefined);
  await flush();
  const request = FakeRequest.all.at(-1);
  if (!request) throw new Error('nothing was sent');
  return { promise: () => promise, request };
}

beforeEach(() => {
  FakeRequest.all.length = 0;
  progress = [];
  abort = new AbortController();
});

describe('an upload', () => {
  it('gives the facts before the file, tells how far it is, and gives the name of the whole', async () => {
    const { promise, request } = await begun();
    expect(request.open).toHaveBeenCalledWith('POST', '/api/uploads');
    expect(request.headers['authorization']).toBe('Bearer old');
    expect([...(request.form?.keys() ?? [])]).toEqual(['uploadId', 'kind', 'durationMs', 'waveform', 'file', 'thumbnail']);
    expect(request.form?.get('uploadId')).toBe('b1');
    expect(request.form?.get('waveform')).toBe('[1,2]');
    expect(request.form?.get('file')).toMatchObject({ name: 'note.webm', type: 'audio/webm', size: 3 });
    request.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 });
    expect(progress).toEqual([0.25]);
    request.answer(201, { publicId: 'p1', fileUrl: '' });
    await expect(promise()).resolves.toEqual({ publicId: 'p1' });
  });

  it.each([
    [413, { code: 'too_large', error: '' }, 'too_large'],
    [413, '<html>', 'too_large'],
    [507, { code: 'quota_exceeded', error: '' }, 'quota_exceeded'],
    [502, '<html>', 'unavailable'],
    [200, {}, 'internal'],
  ])('says what an answer of %d means', async (status, body, code) => {
    const { promise, request } = await begun();
    request.answer(status, body);
    await expect(promise()).rejects.toMatchObject({ code });
  });

  it('renews a token that has ended, once', async () => {
    const { promise, request } = await begun();
    request.answer(401, { code: 'session_expired', error: '' });
    await flush();
    const second = FakeRequest.all.at(-1);
    expect(second?.headers['authorization']).toBe('Bearer new');
    second?.answer(401, { code: 'session_expired', error: '' });
    await expect(promise()).rejects.toMatchObject({ code: 'session_expired' });
    expect(FakeRequest.all).toHaveLength(2);
  });

  it('is offline without a network, and ends when it is given up', async () => {
    const first = await begun();
    first.request.onerror?.();
    await expect(first.promise()).rejects.toEqual(new AppError('offline'));
    const second = await begun();
    abort.abort();
    await expect(second.promise()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('does not wait for ever for a connection that has died', async () => {
    vi.useFakeTimers();
    const upload = uploader(session, () => new FakeRequest() as unknown as XMLHttpRequest);
    const promise = upload(item, new Blob(['abc']), null, () => undefined, abort.signal);
    const ended = expect(promise).rejects.toMatchObject({ code: 'timeout' });
    await vi.advanceTimersByTimeAsync(30_000);
    await ended;
  });
});
