import { expect, it, vi } from 'vitest';
import { entryOf } from '../../../shared/testing/data';
import { Addresses, isExpired } from './Addresses';

const DAY = 86_400_000;
const at = (ms: number) => `https://practice.example/api/uploads/1?expires=${ms / 1000}&signature=x`;

it.each([
  [at(10 * DAY), 9 * DAY, false], [at(10 * DAY), 10 * DAY - 1000, true], [at(10 * DAY), 11 * DAY, true],
  ['/a.jpg', DAY, false], [undefined, DAY, false],
])('%s at %d is over: %s', (address, now, over) => expect(isExpired(address, now)).toBe(over));

it('asks once for a page, and knows all that is in it', async () => {
  const file = (seq: number) => entryOf(seq, { messageType: 'image', fileUrl: at(20 * DAY), thumbnailUrl: '/t' });
  const entries = vi.fn(() => Promise.resolve({ entries: [file(1), entryOf(2), file(3)] }));
  const addresses = new Addresses(entries, () => 10 * DAY);
  await Promise.all([addresses.renew(file(3)), addresses.renew(file(3))]);
  expect(entries.mock.calls).toEqual([[file(3).conversationId, 4]]);
  expect([...addresses.fresh.value.keys()]).toEqual(['e1', 'e3']);
  await addresses.renew(file(1));
  expect(entries).toHaveBeenCalledOnce();
});

it('tries again after a failure', async () => {
  const entries = vi.fn(() => Promise.reject(new Error('offline')));
  const addresses = new Addresses(entries, () => 0);
  await addresses.renew(entryOf(1));
  await addresses.renew(entryOf(1));
  expect(entries).toHaveBeenCalledTimes(2);
});
