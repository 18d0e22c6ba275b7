import { expect, it, vi } from 'vitest';
import type { Http } from '../../../shared/lib/http';
import type { CallSnapshot } from '../../../shared/wire/types';
import type { GrowingCalls } from '../../calls';
import type { Consultation } from '../api';
import { consultationOf, memberOf } from '../testing/room';
import { CallGrower } from './Grower';

/** A page with a call, or with none, and what it is told. */
function aPage(stage: 'live' | undefined, running: Consultation[] = []) {
  const heard = new Map<string, (said: never) => void>();
  const on = (event: string, take: (said: never) => void) => {
    heard.set(event, take);
    return () => undefined;
  };
  let call: { callId: string; stage: string } | undefined = stage && { callId: 'c', stage };
  const [show, dismiss] = [vi.fn(() => () => undefined), vi.fn()];
  const grower = new CallGrower({ http: { get: () => Promise.resolve({ running }) } as unknown as Http, socket: { on }, userId: 'me', may: () => ({ open: false, configured: true }), show });
  grower.attach({ view: { get: () => call ?? null, subscribe: () => () => undefined }, lend: () => undefined, dismiss } as unknown as GrowingCalls);
  const end = (outcome: CallSnapshot['outcome']) => {
    if (call) call = { ...call, stage: 'ended' };
    heard.get('call')?.({ callId: 'c', outcome } as never);
  };
  return { grower, end, show, dismiss };
}

it('leads into the room where a call has gone on there without this page, which was in it', () => {
  const reloaded = aPage('live');
  reloaded.end('grown');
  expect(reloaded.show).toHaveBeenCalledWith('consultation-c');
  expect(reloaded.dismiss).toHaveBeenCalled();
  const hungUp = aPage('live');
  hungUp.end('completed');
  const elsewhere = aPage(undefined);
  elsewhere.end('grown');
  expect([hungUp.show.mock.calls, elsewhere.show.mock.calls]).toEqual([[], []]);
});

it('takes up what was said of the room of its call before the page was loaded', async () => {
  const { grower } = aPage('live', [consultationOf(1, { callId: 'c', you: memberOf({ role: 'host', state: 'admitted' }) })]);
  await vi.waitFor(() => expect(grower.view.get()).toMatchObject({ callId: 'c', mine: true }));
});
