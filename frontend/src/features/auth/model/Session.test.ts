import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/lib/errors';
import { userOf } from '../../../shared/testing/data';
import type { SessionAnswer } from '../../../shared/wire/types';
import { Session } from './Session';

const MINUTE = 60_000;
let made = 0;

function answer(minutes = 15, user = userOf()): SessionAnswer {
  made += 1;
  return { accessToken: `token${made}`, expiresAt: new Date(Date.now() + minutes * MINUTE).toISOString(), user };
}

function setUp(hint = true) {
  const api = { create: vi.fn(), renew: vi.fn(), setup: vi.fn(), remove: vi.fn() };
  const store = { hint };
  const session = new Session({
    api,
    hint: { read: () => store.hint, write: (present) => (store.hint = present) },
    exclusive: (work) => work(),
    now: () => Date.now(),
  });
  return { api, session, store };
}

describe('Session', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    made = 0;
  });

  it('asks nothing of the server where nobody was signed in', async () => {
    const { api, session } = setUp(false);
    await session.start();
    expect(api.renew).not.toHaveBeenCalled();
    expect(session.state.value.phase).toBe('signed-out');
  });

  it('comes back by the cookie, or says that the server is away', async () => {
    const { api, session } = setUp();
    api.renew.mockRejectedValueOnce(new AppError('offline'));
    await session.start();
    expect(session.state.value.phase).toBe('unreachable');
    api.renew.mockResolvedValueOnce(answer());
    await session.start();
    expect(session.state.value).toMatchObject({ phase: 'signed-in', user: { name: 'Sofia Marin' } });
  });

  it('renews a minute before the end, whatever this clock says', async () => {
    const { api, session } = setUp();
    api.create.mockResolvedValue(answer(500));
    api.renew.mockImplementation(() => Promise.resolve(answer()));
    await session.signIn('a', 'b');
    await vi.advanceTimersByTimeAsync(14 * MINUTE - 1);
    expect(api.renew).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(api.renew).toHaveBeenCalledTimes(1);
  });

  it('renews once for all who ask', async () => {
    const { api, session } = setUp();
    api.create.mockResolvedValue(answer());
    api.renew.mockImplementation(() => Promise.resolve(answer()));
    await session.signIn('a', 'b');
    expect(await Promise.all([session.renew(), session.renew()])).toEqual(['token2', 'token2']);
    expect(api.renew).toHaveBeenCalledTimes(1);
  });

  it('keeps the person when the session ends, and takes only them back', async () => {
    const { api, session } = setUp();
    api.create.mockResolvedValue(answer());
    await session.signIn('a', 'b');
    api.renew.mockRejectedValueOnce(new AppError('session_expired'));
    await expect(session.renew()).rejects.toMatchObject({ code: 'session_expired' });
    expect(session.state.value).toMatchObject({ phase: 'expired', user: { name: 'Sofia Marin' } });
    await expect(session.freshToken()).rejects.toMatchObject({ code: 'session_expired' });
    expect(api.renew).toHaveBeenCalledTimes(1);
    await session.signIn('a', 'b');
    expect(session.state.value.phase).toBe('signed-in');
  });

  it('goes on through a broken connection', async () => {
    const { api, session } = setUp();
    api.create.mockResolvedValue(answer());
    await session.signIn('a', 'b');
    api.renew.mockRejectedValueOnce(new AppError('offline')).mockResolvedValueOnce(answer());
    await expect(session.renew()).rejects.toMatchObject({ code: 'offline' });
    expect(session.state.value.phase).toBe('signed-in');
    await vi.advanceTimersByTimeAsync(15_000);
    expect(api.renew).toHaveBeenCalledTimes(2);
  });

  it('does not sign in again by a renewal that comes after signing out', async () => {
    const { api, session, store } = setUp();
    api.create.mockResolvedValue(answer());
    await session.signIn('a', 'b');
    let arrive: (value: SessionAnswer) => void = () => undefined;
    api.renew.mockReturnValue(new Promise((resolve) => (arrive = resolve)));
    const renewal = session.renew().catch((error: unknown) => error);
    api.remove.mockResolvedValue(undefined);
    await session.signOut();
    arrive(answer());
    expect(await renewal).toBeInstanceOf(AppError);
    expect(session.state.value.phase).toBe('signed-out');
    expect(store.hint).toBe(false);
  });

  it('stays signed in where signing out everywhere could not be told', async () => {
    const { api, session } = setUp();
    api.create.mockResolvedValue(answer());
    await session.signIn('a', 'b');
    api.remove.mockRejectedValue(new AppError('offline'));
    await expect(session.signOut(true)).rejects.toMatchObject({ code: 'offline' });
    expect(session.state.value.phase).toBe('signed-in');
  });
});
