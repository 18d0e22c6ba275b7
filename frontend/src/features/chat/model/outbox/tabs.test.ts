import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../../shared/lib/errors';
import { entryOf, ME } from '../../../../shared/testing/data';
import type { Entry } from '../../../../shared/wire/types';
import { Outbox } from './Outbox';
import type { Outgoing, Upload } from './outgoing';
import { browserStorage, forgetOutbox, type OutboxStorage } from './storage';
import { browserTabs } from './tabs';
import { FakeBrowser } from './testing';

interface Try {
  tab: string;
  item: Outgoing;
  resolve: (entry: Entry) => void;
  reject: (error: AppError) => void;
}

let made = 0;
let tries: Try[] = [];
let open: Outbox[] = [];

/** A tab of `browser`, in which `user` is signed in. */
function openTab(browser: FakeBrowser, tab: string, options: { user?: string; online?: boolean; storage?: OutboxStorage; upload?: Upload } = {}) {
  const { user = 'anna' } = options;
  const link = { online: options.online ?? true };
  const outbox = new Outbox({
    send: (item) => new Promise((resolve, reject) => tries.push({ tab, item, resolve, reject })),
    upload: options.upload,
    onStored: (entry) => outbox.confirm(entry.clientMessageId),
    isOnline: () => link.online,
    makeId: () => `id${(made += 1)}`,
    now: () => new Date('2026-01-05T10:00:00Z'),
    storage: options.storage ?? browserStorage(user),
    tabs: browserTabs(user, browser.tab()),
  });
  open.push(outbox);
  void outbox.start();
  const said = () => outbox.items.value.map((item) => `${item.message}:${item.state}`);
  return { outbox, link, said, write: (message: string) => outbox.add({ receiverId: 'bob', message }) };
}

const sent = () => tries.map(({ tab, item }) => `${tab}:${item.message}`);
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { interval: 1 });
const accept = (at: number) => {
  const { item, resolve } = tries[at] as Try;
  resolve(entryOf(at + 1, { senderId: ME, clientMessageId: item.clientMessageId }));
};
const stored = async (user = 'anna') => {
  const storage = browserStorage(user);
  const items = await storage.all();
  storage.close();
  return items.map((item) => `${item.message}:${item.state}`);
};

beforeEach(() => {
  tries = [];
  open = [];
});

afterEach(async () => {
  for (const outbox of open) outbox.stop();
  await forgetOutbox('anna');
  await forgetOutbox('carl');
});

describe('an outbox that is kept', () => {
  it('sends what another life of the page left, in its order, under the same ids', async () => {
    const first = openTab(new FakeBrowser(), 'first', { online: false });
    const ids = ['one', 'two', 'three'].map((text) => first.write(text).clientMessageId);
    await until(() => expect(first.outbox.safety.value).toBe('kept'));
    first.outbox.stop();

    const second = openTab(new FakeBrowser(), 'second');
    for (let at = 0; at < 3; at += 1) {
      await until(() => expect(tries).toHaveLength(at + 1));
      accept(at);
    }
    await until(() => expect(second.said()).toEqual([]));
    expect(tries.map(({ item }) => item.clientMessageId)).toEqual(ids);
    await until(async () => expect(await stored()).toEqual([]));
  });

  it('is stored before it is sent', async () => {
    const { write } = openTab(new FakeBrowser(), 'tab');
    write('one');
    expect(tries).toEqual([]);
    await until(() => expect(sent()).toEqual(['tab:one']));
    expect(await stored()).toEqual(['one:waiting']);
  });

  it('keeps why something failed', async () => {
    const first = openTab(new FakeBrowser(), 'first');
    first.write('one');
    await until(() => expect(tries).toHaveLength(1));
    tries[0]?.reject(new AppError('contact_not_allowed'));
    await until(async () => expect(await stored()).toEqual(['one:failed']));
    first.outbox.stop();
    const second = openTab(new FakeBrowser(), 'second');
    await until(() => expect(second.outbox.items.value[0]?.code).toBe('contact_not_allowed'));
    second.outbox.retry(second.outbox.items.value[0]?.clientMessageId ?? '');
    await until(() => expect(sent()).toEqual(['first:one', 'second:one']));
    expect(tries[0]?.item.clientMessageId).not.toBe(tries[1]?.item.clientMessageId);
    expect(await stored()).toEqual(['one:waiting']);
  });

  it('neither sends nor shows what another person left', async () => {
    const anna = openTab(new FakeBrowser(), 'anna', { online: false });
    anna.write('for nobody else');
    await until(() => expect(anna.outbox.safety.value).toBe('kept'));
    anna.outbox.stop();
    const carl = openTab(new FakeBrowser(), 'carl', { user: 'carl' });
    carl.write('mine');
    await until(() => expect(sent()).toEqual(['carl:mine']));
    expect(carl.said()).toEqual(['mine:sending']);
    expect(await stored('anna')).toEqual(['for nobody else:waiting']);
  });

  it('goes on in the page alone where the browser keeps nothing, and says so', async () => {
    const refuse = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    const storage: OutboxStorage = { all: refuse, put: refuse, remove: refuse, blob: refuse, close: () => undefined };
    const { outbox, write } = openTab(new FakeBrowser(), 'tab', { storage });
    write('one');
    await until(() => expect(outbox.safety.value).toBe('page-only'));
    await until(() => expect(sent()).toEqual(['tab:one']));
    accept(0);
    await until(() => expect(outbox.safety.value).toBe('kept'));
  });
});

describe('two tabs', () => {
  it('see the same and send it once', async () => {
    const browser = new FakeBrowser();
    const [left, right] = [openTab(browser, 'left'), openTab(browser, 'right')];
    await until(() => expect(left.said()).toEqual([]));
    right.write('one');
    await until(() => expect(sent()).toEqual(['left:one']));
    left.write('two');
    await until(() => expect(right.said()).toEqual(['one:sending', 'two:waiting']));
    accept(0);
    await until(() => expect(sent()).toEqual(['left:one', 'left:two']));
    await until(() => expect(right.said()).toEqual(['one:sent', 'two:sending']));
    right.outbox.confirm(tries[0]?.item.clientMessageId ?? '');
    expect(right.said()).toEqual(['two:sending']);
  });

  it('go on in the other when one is killed while it sends, under the same id', async () => {
    const browser = new FakeBrowser();
    const [left, right] = [openTab(browser, 'left'), openTab(browser, 'right')];
    left.write('one');
    left.write('two');
    await until(() => expect(right.said()).toEqual(['one:sending', 'two:waiting']));
    browser.kill();
    await until(() => expect(sent()).toEqual(['left:one', 'right:one']));
    expect(tries[0]?.item.clientMessageId).toBe(tries[1]?.item.clientMessageId);
    accept(1);
    await until(() => expect(sent().at(-1)).toBe('right:two'));
  });

  it('leave sending to the one that has a connection', async () => {
    const browser = new FakeBrowser();
    const [left, right] = [openTab(browser, 'left'), openTab(browser, 'right')];
    left.write('one');
    await until(() => expect(right.said()).toEqual(['one:sending']));
    left.link.online = false;
    left.outbox.rest();
    tries[0]?.reject(new AppError('offline'));
    await until(() => expect(sent()).toEqual(['left:one', 'right:one']));
  });

  it('delete what waits from both', async () => {
    const browser = new FakeBrowser();
    const [left, right] = [openTab(browser, 'left'), openTab(browser, 'right')];
    left.write('one');
    const { clientMessageId } = left.write('two');
    await until(() => expect(right.said()).toEqual(['one:sending', 'two:waiting']));
    right.outbox.remove(clientMessageId);
    await until(() => expect(left.said()).toEqual(['one:sending']));
    expect(await stored()).toEqual(['one:waiting']);
  });
});

describe('a file', () => {
  const file = { kind: 'file' as const, name: 'plan.pdf', type: 'application/pdf', blob: new Blob(['bytes'], { type: 'application/pdf' }), thumbnail: new Blob(['small']) };

  it('is kept as bytes, uploaded after a reload, and sent in its place', async () => {
    const first = openTab(new FakeBrowser(), 'first', { online: false });
    first.outbox.add({ receiverId: 'bob', message: 'look' }, file);
    first.write('after it');
    await until(() => expect(first.outbox.safety.value).toBe('kept'));
    first.outbox.stop();

    const bytes: string[] = [];
    const upload: Upload = async (_item, blob, thumbnail, onProgress) => {
      bytes.push(await blob.text(), (await thumbnail?.text()) ?? '');
      onProgress(0.5);
      expect(second.outbox.items.value[0]).toMatchObject({ state: 'uploading', progress: 0.5 });
      return { publicId: 'p1' };
    };
    const second = openTab(new FakeBrowser(), 'second', { upload });
    await until(() => expect(sent()).toEqual(['second:look']));
    expect(bytes).toEqual(['bytes', 'small']);
    expect(tries[0]?.item.uploaded).toEqual({ publicId: 'p1' });
    accept(0);
    await until(() => expect(sent().at(-1)).toBe('second:after it'));
    const blobId = tries[0]?.item.attachment?.blobId ?? '';
    await until(async () => expect(await second.outbox.blob(blobId)).toBeUndefined());
  });

  it('is uploaded again where the server threw it away meanwhile', async () => {
    let uploads = 0;
    const upload: Upload = () => Promise.resolve({ publicId: `p${(uploads += 1)}` });
    const tab = openTab(new FakeBrowser(), 'tab', { upload });
    tab.outbox.add({ receiverId: 'bob', message: '' }, file);
    await until(() => expect(tries).toHaveLength(1));
    tries[0]?.reject(new AppError('upload_not_found'));
    await vi.waitFor(() => expect(tries).toHaveLength(2), { timeout: 3000 });
    expect(tries[1]?.item.uploaded).toEqual({ publicId: 'p2' });
    tries[1]?.reject(new AppError('upload_not_found'));
    await until(() => expect(tab.said()).toEqual([':failed']));
  });

  it('is not uploaded any further when it is given up', async () => {
    const aborted = vi.fn();
    const upload: Upload = (_item, _blob, _thumbnail, _onProgress, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => {
        aborted();
        reject(new AppError('offline'));
      }));
    const tab = openTab(new FakeBrowser(), 'tab', { upload });
    const { clientMessageId } = tab.outbox.add({ receiverId: 'bob', message: '' }, file);
    tab.write('next');
    await until(() => expect(tab.said()[0]).toBe(':uploading'));
    tab.outbox.remove(clientMessageId);
    await until(() => expect(sent()).toEqual(['tab:next']));
    expect(aborted).toHaveBeenCalledOnce();
  });
});
