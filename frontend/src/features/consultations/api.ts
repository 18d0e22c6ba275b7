import type { Http } from '../../shared/lib/http';
import { request } from '../../shared/lib/http';
import type { Consultation, ConsultationList, DeviceTest, MemberRole } from '../../shared/wire/consultations';

export type { Appointment, Consultation, ConsultationList, DeviceTest, Member, MemberRole, MemberState, Owner, Past, Upcoming } from '../../shared/wire/consultations';

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
  token(): Promise<Ticket>;
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
  invite(role: 'member' | 'observer', name?: string): Promise<{ url: string; expiresAt: string }>;
}

export function roomApi(http: Pick<Http, 'get' | 'post'>, roomId: string): RoomApi {
  const base = `/api/consultations/${encodeURIComponent(roomId)}`;
  const post = <T = Consultation>(what: string, body: object = {}) => http.post<T>(`${base}/${what}`, body);
  return {
    get: () => http.get<Consultation>(base),
    arrive: (test) => post('arrive', test ? { test } : {}),
    leave: () => post('leave'),
    token: () => post<Ticket>('token'),
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
    invite: (role, name) => post('guests', name ? { role, name } : { role }),
  };
}

export const LIST_KEY = ['consultations'] as const;

export const listConsultations = (http: Http) => http.get<ConsultationList>('/api/consultations');

export const openConsultation = (http: Http, what: { userIds?: string[]; title?: string; admit?: boolean }) => http.post<Consultation>('/api/consultations', what);

/** The room that a call of ours goes on in; the same again is the same room. */
export const growCall = (http: Pick<Http, 'post'>, callId: string) => http.post<Consultation>('/api/consultations', { callId });

export const claimGuestLink = (token: string, name: string) =>
  request<{ accessToken: string; roomId: string; consultation: Consultation }>('POST', '/api/guests/claim', { body: { token, name } });

/** In the name of a guest: their bearer lasts as long as the consultation. */
export const guestHttp = (token: string): Pick<Http, 'get' | 'post'> => ({
  get: (path) => request('GET', path, { token }),
  post: (path, body) => request('POST', path, { token, body }),
});
