import { AppError, codeOf } from '../../../shared/lib/errors';
import { request, type Http, type HttpOptions } from '../../../shared/lib/http';
import { Observable, type Readable } from '../../../shared/lib/observable';
import type { SessionAnswer, UserRecord } from '../../../shared/wire/types';
import type { Registration, SessionApi } from '../api';

export type SessionState =
  /** Asking whether the cookie still holds a session. */
  | { phase: 'starting' }
  /** The server could not be asked. */
  | { phase: 'unreachable' }
  | { phase: 'signed-out' }
  | { phase: 'signed-in'; user: UserRecord }
  /** It ended by itself; what was on the screen stays, until the same person signs in again. */
  | { phase: 'expired'; user: UserRecord };

export interface SessionDeps {
  api: SessionApi;
  /** Remembers across visits that there may be a session, so that a newcomer is not asked for one. */
  hint: { read(): boolean; write(present: boolean): void };
  /** Runs alone among all tabs: they share the cookie, and each renewal uses it up. */
  exclusive: <T>(work: () => Promise<T>) => Promise<T>;
  now: () => number;
}

const LONGEST_MS = 15 * 60_000;
const SHORTEST_MS = 60_000;
/** Renewed this long before its end, so that no request meets the end. */
const MARGIN_MS = 60_000;
const RETRY_MS = 15_000;

/** Who is signed in. The access token lives here and nowhere else. */
export class Session {
  readonly #state = new Observable<SessionState>({ phase: 'starting' });
  readonly #deps: SessionDeps;
  readonly #tokenListeners = new Set<(token: string) => void>();
  #token: string | null = null;
  #renewAt = 0;
  #renewing: Promise<string> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  get state(): Readable<SessionState> {
    return this.#state;
  }

  /** The person, also while their session has ended but the screen is still theirs. */
  get user(): UserRecord | null {
    const state = this.#state.value;
    return 'user' in state ? state.user : null;
  }

  async start(): Promise<void> {
    if (!this.#deps.hint.read()) {
      this.#state.set({ phase: 'signed-out' });
      return;
    }
    this.#state.set({ phase: 'starting' });
    await this.renew().catch(() => undefined);
  }

  async signIn(email: string, password: string): Promise<void> {
    this.#take(await this.#deps.api.create(email, password));
  }

  async setUp(token: string, person: Registration): Promise<void> {
    this.#take(await this.#deps.api.setup(token, person));
  }

  /** Signed out here whatever the server says; rejects where it could not be told. */
  async signOut(everywhere = false): Promise<void> {
    const token = this.#token;
    try {
      if (token) await this.#deps.api.remove(token, everywhere);
    } catch (error) {
      if (everywhere) throw error;
    }
    this.forget();
  }

  /** Another tab signed out, or this one did. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#token = null;
    this.#deps.hint.write(false);
    this.#state.set({ phase: 'signed-out' });
  }

  updateUser(user: UserRecord): void {
    this.#state.update((state) => ('user' in state && state.user._id === user._id ? { ...state, user } : state));
  }

  onToken = (listener: (token: string) => void): (() => void) => {
    this.#tokenListeners.add(listener);
    return () => this.#tokenListeners.delete(listener);
  };

  async freshToken(): Promise<string> {
    if (this.#token !== null && this.#deps.now() < this.#renewAt) return this.#token;
    return this.renew();
  }

  /** A new token; calls at the same time share one request. */
  renew(): Promise<string> {
    const phase = this.#state.value.phase;
    if (phase === 'signed-out' || phase === 'expired') return Promise.reject(new AppError('session_expired'));
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** Requests in this person's name; a token that turns out to have ended is renewed once. */
  readonly http: Http = {
    get: (path) => this.#authorized('GET', path),
    post: (path, body) => this.#authorized('POST', path, { body }),
    put: (path, body) => this.#authorized('PUT', path, { body }),
    putBytes: (path, bytes) => this.#authorized('PUT', path, { bytes }),
    delete: (path) => this.#authorized('DELETE', path),
  };

  async #authorized<T>(method: string, path: string, what: Pick<HttpOptions, 'body' | 'bytes'> = {}): Promise<T> {
    const token = await this.freshToken();
    try {
      return await request<T>(method, path, { token, ...what });
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'session_expired' && code !== 'unauthenticated') throw error;
      return request<T>(method, path, { token: await this.renew(), ...what });
    }
  }

  async #renew(): Promise<string> {
    const before = this.#state.value;
    try {
      const answer = await this.#deps.exclusive(() => this.#deps.api.renew());
      // Signed out while the answer was on its way: it must not sign in again.
      if (this.#state.value.phase === 'signed-out') throw new AppError('session_expired');
      if ('user' in before && before.user._id !== answer.user._id) throw new AppError('session_expired');
      this.#take(answer);
      return answer.accessToken;
    } catch (error) {
      this.#renewalFailed(error);
      throw error;
    }
  }

  #renewalFailed(error: unknown): void {
    const state = this.#state.value;
    if (codeOf(error) === 'session_expired' || codeOf(error) === 'unauthenticated') {
      clearTimeout(this.#timer);
      this.#token = null;
      if ('user' in state) this.#state.set({ phase: 'expired', user: state.user });
      else this.forget();
    } else if (state.phase === 'starting') {
      this.#state.set({ phase: 'unreachable' });
    } else {
      this.#schedule(RETRY_MS);
    }
  }

  #take(answer: SessionAnswer): void {
    this.#token = answer.accessToken;
    // Bounded both ways, since this device's clock may be wrong.
    const left = new Date(answer.expiresAt).getTime() - this.#deps.now();
    const lifetime = Math.max(SHORTEST_MS + MARGIN_MS, Math.min(LONGEST_MS, Number.isNaN(left) ? LONGEST_MS : left));
    this.#renewAt = this.#deps.now() + lifetime - MARGIN_MS;
    this.#schedule(lifetime - MARGIN_MS);
    this.#deps.hint.write(true);
    this.#state.set({ phase: 'signed-in', user: answer.user });
    for (const listener of [...this.#tokenListeners]) listener(answer.accessToken);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.renew().catch(() => undefined), ms);
  }
}
