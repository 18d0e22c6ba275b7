import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../../shared/lib/errors';
import { entryOf, ME } from '../../../../shared/testing/data';
import type { Entry } from '../../../../shared/wire/types';
import { Outbox } from './Outbox';
import type { Outgoing } from './outgoing';

interface Try {
  item: Outgoing;
  resolve: (entry: Entry) => void;
  reject: (error: AppError) => void;
}

function setUp() {
  const tries: Try[] = [];
  const stored: Entry[] = [];
  const link = { online: true };
  let made = 0;
  const outbox = new Outbox({
    send: (item) => new Promise((resolve, reject) => tries.push({ item, resolve, reject })),
    onStored: (entry) => stored.push(entry),
    isOnline: () => link.online,
    makeId: () => `id${(made += 1)}`,
    now: () => new Date('2026-01-05T10:00:00Z'),
    random: () => 1,
    storage: null,
    tabs: null,
  });
  const write = (receiverId: string, message: string) => outbox.add({ receiverId, message });
  const states = () => outbox.items.value.map((item) => `${item.message}:${item.state}`);
  const accept = async (at: number, seq: number) => {
    const { item, resolve } = tries[at] as Try;
    resolve(entryOf(seq, { senderId: ME, clientMessageId: item.clientMessageId }));
    await vi.advanceTimersByTimeAsync(0);
  };
  const refuse = async (at: number, error: AppError) => {
    (tries[at] as Try).reject(error);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { outbox, write, tries, stored, link, states, accept, refuse };
}

describe('Outbox', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it('sends to one person one at a time, in order, to two at once', async () => {
    const { write, tries, states, accept } = setUp();
    write('a', 'one');
    write('a', 'two');
    write('b', 'three');
    expect(tries.map(({ item }) => item.message)).toEqual(['one', 'three']);
    expect(states()).toEqual(['one:sending', 'two:waiting', 'three:sending']);
    await accept(0, 1);
    expect(tries.map(({ item }) => item.message)).toEqual(['one', 'three', 'two']);
  });

  it('keeps a stored message until the conversation shows it', async () => {
    const { outbox, write, stored, states, accept } = setUp();
    write('a', 'one');
    await accept(0, 7);
    expect(stored.map((entry) => entry.seq)).toEqual([7]);
    expect(states()).toEqual(['one:sent']);
    outbox.confirm('id1');
    expect(states()).toEqual([]);
  });

  it('tries again with the same id after a lost answer, later each time', async () => {
    const { write, tries, states, refuse } = setUp();
    write('a', 'one');
    write('a', 'two');
    await refuse(0, new AppError('timeout'));
    expect(states()).toEqual(['one:waiting', 'two:waiting']);
    await vi.advanceTimersByTimeAsync(999);
    expect(tries).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(tries.map(({ item }) => item.clientMessageId)).toEqual(['id1', 'id1']);
    await refuse(1, new AppError('busy', { retryAfterMs: 9000 }));
    await vi.advanceTimersByTimeAsync(8999);
    expect(tries).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(tries).toHaveLength(3);
  });

  it('waits for the connection, and then goes on where it was', async () => {
    const { outbox, write, tries, link, states, refuse } = setUp();
    link.online = false;
    write('a', 'one');
    expect(tries).toHaveLength(0);
    link.online = true;
    outbox.wake();
    link.online = false;
    await refuse(0, new AppError('offline'));
    write('a', 'two');
    expect(states()).toEqual(['one:waiting', 'two:waiting']);
    link.online = true;
    outbox.wake();
    expect(tries.map(({ item }) => item.clientMessageId)).toEqual(['id1', 'id1']);
  });

  it('fails what is refused and goes on with the next; again is a new message', async () => {
    const { outbox, write, tries, states, accept, refuse } = setUp();
    write('a', 'one');
    write('a', 'two');
    await refuse(0, new AppError('contact_not_allowed'));
    expect(states()).toEqual(['one:failed', 'two:sending']);
    expect(outbox.items.value[0]?.code).toBe('contact_not_allowed');
    await accept(1, 1);
    outbox.confirm('id2');
    outbox.retry('id1');
    expect(tries.at(-1)?.item).toMatchObject({ clientMessageId: 'id3', message: 'one' });
    expect(outbox.items.value[0]?.code).toBeUndefined();
  });

  it('deletes what failed, but not what is on its way', async () => {
    const { outbox, write, states, refuse } = setUp();
    write('a', 'one');
    outbox.remove('id1');
    expect(states()).toEqual(['one:sending']);
    await refuse(0, new AppError('too_large'));
    outbox.remove('id1');
    expect(states()).toEqual([]);
  });
});
