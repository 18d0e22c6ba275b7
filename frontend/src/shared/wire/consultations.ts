import type { RecordingStands } from './types';

/** Shapes of docs/protocol.md, "Consultations". */
export type MemberRole = 'host' | 'co_host' | 'member' | 'observer';
export type MemberState = 'invited' | 'waiting' | 'admitted' | 'refused' | 'removed' | 'left';

/** What the waiting room has found out about somebody's devices and connection. */
export interface DeviceTest {
  connection: 'good' | 'weak' | 'failed';
  microphone: 'ok' | 'silent' | 'blocked' | 'none';
  camera: 'ok' | 'blocked' | 'none';
  rttMs?: number;
}

export interface Member {
  memberId: string;
  userId: string | null;
  name: string;
  profileImage: string | null;
  guest: boolean;
  role: MemberRole;
  state: MemberState;
  identity: string;
  arrivedAt?: string;
  admittedAt?: string;
  joinedAt?: string;
  leftAt?: string;
  connected: boolean;
  test?: DeviceTest;
  /** What they say while they wait, and what a host says to them. */
  line?: string;
  answer?: string;
  /** The public key of their page, the newest key that it has (0 for none), and, of ourselves, how that was handed to it. */
  keys?: { page: string; number: number; handed?: { from: string; by: string; sealed: string } };
}

export interface Owner {
  userId: string;
  name: string;
  profileImage: string | null;
  presence: 'here' | 'busy' | 'online' | 'away';
}

export interface Appointment {
  startsAt: string;
}

export interface Consultation {
  consultationId: string;
  roomId: string;
  version: number;
  title: string | null;
  state: 'open' | 'ended';
  owner: Owner;
  appointment: Appointment | null;
  /** The call between two that it goes on as. */
  callId?: string;
  /** It is in the owner's own room, at which every patient of theirs may knock. */
  ownRoom?: true;
  locked: boolean;
  /** Where it is end-to-end encrypted: how far its keys have got, and whether another is due. */
  encryption?: { number: number; due: boolean };
  openedAt: string;
  endedAt?: string;
  /** The newest. */
  recording?: RecordingStands;
  /** Those to come are made by the media server. */
  serverRecords?: boolean;
  you: Member;
  members: Member[];
}

export interface Upcoming {
  roomId: string;
  appointment: Appointment;
  with: { userId: string; name: string; profileImage: string | null };
  opensAt: string;
  closesAt: string;
}

export interface Past {
  consultationId: string;
  roomId: string;
  title: string | null;
  owner: Owner;
  callId?: string;
  encrypted: boolean;
  openedAt: string;
  endedAt: string;
  durationMs: number;
  members: { userId: string | null; name: string; guest: boolean; role: MemberRole; joinedAt?: string; leftAt?: string; quality?: 'good' | 'fair' | 'weak' }[];
  recordings: KeptRecording[];
}

export interface KeptRecording {
  recordingId: string;
  fileUrl: string;
  fileName: string;
  fileSize: number;
  fileType: string;
  durationMs: number;
}

export interface ConsultationList {
  configured: boolean;
  running: Consultation[];
  upcoming: Upcoming[];
  past: Past[];
}
