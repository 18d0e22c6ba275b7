import type { Http } from '../../shared/lib/http';
import { request } from '../../shared/lib/http';
import type { QualitySeconds } from './model/tally';
import type { PutPiece } from '../../shared/media/recording/pieces';
import type { Consultation, ConsultationList, DeviceTest, MemberRole } from '../../shared/wire/consultations';

export type { Appointment, Consultation, ConsultationList, DeviceTest, KeptRecording, Member, MemberRole, MemberState, Owner, Past, Upcoming } from '../../shared/wire/consultations';

export interface Ticket {
  url: string;
  token: string;
}

/** What was said to everybody, as the server keeps it. */
export interface KeptWord {
  number: number;
  memberId: string;
  name: string;
  guest: boolean;
  text: string;
  at: string;
  /** What is one's own has the id that it was sent under. */
  clientMessageId?: string;
}

export interface KeptWords {
  consultationId: string;
  words: KeptWord[];
  next?: number;
}

export type Source = 'microphone' | 'camera' | 'screen';

/** What somebody may ask about one room; the same in the name of a person and of a guest. */
export interface RoomApi {
  get(): Promise<Consultation>;
  arrive(test?: DeviceTest): Promise<Consultation>;
  leave(): Promise<Consultation>;
  /** `encrypted` where this page encrypts: a room of the other kind lets it not in. `failed` after one that did not let us in, so that it is said if the room is full. */
  token(encrypted: boolean, failed?: boolean): Promise<Ticket>;
  encrypt(encrypted: boolean): Promise<Consultation>;
  /** By which public key this page can be handed keys. */
  bringKey(page: string): Promise<Consultation>;
  /** The key of that number for these, from the page of that public key. */
  handKeys(page: string, number: number, keys: { memberId: string; page: string; sealed: string }[]): Promise<Consultation>;
  admit(memberIds?: string[]): Promise<Consultation>;
  refuse(memberId: string): Promise<Consultation>;
  remove(memberId: string): Promise<Consultation>;
  mute(memberId: string, source: Source): Promise<Consultation>;
  lock(locked: boolean): Promise<Consultation>;
  role(memberId: string, role: Exclude<MemberRole, 'host'>): Promise<Consultation>;
  end(): Promise<Consultation>;
  /** From the door to who may let us in; with a member, from there to them. */
  line(text: string, memberId?: string): Promise<Consultation>;
  say(clientMessageId: string, text: string, consultationId?: string): Promise<KeptWords>;
  words(after: number, consultationId?: string): Promise<KeptWords>;
  askIn(userIds: string[]): Promise<Consultation>;
  /** Asks everybody who is in it. */
  record(consent: number, browser?: boolean): Promise<Consultation>;
  recording: RecordingApi;
  /** How good our connection was. */
  quality(consultationId: string, quality: QualitySeconds): Promise<unknown>;
  invite(role: 'member' | 'observer', name?: string): Promise<{ url: string; expiresAt: string }>;
}

/** What somebody may do about a recording. */
export interface RecordingApi {
  answer(id: string, consent: number | null): Promise<unknown>;
  stop(id: string): Promise<unknown>;
  put: PutPiece;
  finish(id: string, done: { chunks: number; durationMs: number }): Promise<unknown>;
  withdraw(id: string): Promise<unknown>;
}

export type RoomHttp = Pick<Http, 'get' | 'post' | 'putBytes' | 'delete'>;

export function recordingApi(http: RoomHttp): RecordingApi {
  const base = '/api/recordings';
  return {
    answer: (id, consent) => http.post(`${base}/${id}/answer`, { consent }),
    stop: (id) => http.post(`${base}/${id}/stop`, {}),
    put: (id, number, piece) => http.putBytes(`${base}/${id}/chunks/${number}`, piece),
    finish: (id, done) => http.post(`${base}/${id}/finish`, done),
    withdraw: (id) => http.delete(`${base}/${id}`),
  };
}

export function roomApi(http: RoomHttp, roomId: string): RoomApi {
  const base = `/api/consultations/${encodeURIComponent(roomId)}`;
  const post = <T = Consultation>(what: string, body: object = {}) => http.post<T>(`${base}/${what}`, body);
  return {
    get: () => http.get<Consultation>(base),
    arrive: (test) => post('arrive', test ? { test } : {}),
    leave: () => post('leave'),
    token: (encrypted, failed) => post<Ticket>('token', { ...(encrypted ? { encrypted } : {}), ...(failed ? { failed } : {}) }),
    encrypt: (encrypted) => post('encrypt', { encrypted }),
    bringKey: (page) => post('key', { page }),
    handKeys: (page, number, keys) => post('keys', { page, number, keys }),
    admit: (memberIds) => post('admit', memberIds ? { memberIds } : {}),
    refuse: (memberId) => post('refuse', { memberId }),
    remove: (memberId) => post('remove', { memberId }),
    mute: (memberId, source) => post('mute', { memberId, source }),
    lock: (locked) => post('lock', { locked }),
    role: (memberId, role) => post('role', { memberId, role }),
    end: () => post('end'),
    line: (text, memberId) => post('line', { text, ...(memberId === undefined ? {} : { memberId }) }),
    say: (clientMessageId, text, consultationId) => post<KeptWords>('words', { clientMessageId, text, ...(consultationId === undefined ? {} : { consultationId }) }),
    words: (after, consultationId) => http.get<KeptWords>(`${base}/words?after=${after}${consultationId === undefined ? '' : `&consultationId=${consultationId}`}`),
    askIn: (userIds) => post('invite', { userIds }),
    record: (consent, browser) => post('recording', browser ? { consent, browser } : { consent }),
    recording: recordingApi(http),
    quality: (consultationId, quality) => http.post('/api/consultations/quality', { consultationId, ...quality }),
    invite: (role, name) => post('guests', name ? { role, name } : { role }),
  };
}

export const LIST_KEY = ['consultations'] as const;

export const listConsultations = (http: Http, before?: string) =>
  http.get<ConsultationList>(`/api/consultations${before === undefined ? '' : `?before=${encodeURIComponent(before)}`}`);

/** Past ones at once. */
export const PAST_PAGE = 30;

export const openConsultation = (http: Http, what: { userIds?: string[]; title?: string; admit?: boolean; encrypted?: boolean }) => http.post<Consultation>('/api/consultations', what);

/** The room that a call of ours goes on in; the same again is the same room. */
export const growCall = (http: Pick<Http, 'post'>, callId: string) => http.post<Consultation>('/api/consultations', { callId });

export const claimGuestLink = (token: string, name: string) =>
  request<{ accessToken: string; roomId: string; consultation: Consultation }>('POST', '/api/guests/claim', { body: { token, name } });

/** In the name of a guest: their bearer lasts as long as the consultation. */
export const guestHttp = (token: string): RoomHttp => ({
  get: (path) => request('GET', path, { token }),
  post: (path, body) => request('POST', path, { token, body }),
  putBytes: (path, bytes) => request('PUT', path, { token, bytes }),
  delete: (path) => request('DELETE', path, { token }),
});
