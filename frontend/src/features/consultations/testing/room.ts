import { FakeClock, FakeDevices, FakeScreens } from '../../../shared/testing/media';
import { AppError } from '../../../shared/lib/errors';
import type { Consultation, Member, Ticket } from '../api';
import { RoomFailure, type RoomListener, type RoomPort } from '../model/port';
import { RoomEngine } from '../model/RoomEngine';
import type { EndReason, Person } from '../model/view';

export const personOf = (identity: string, part: Partial<Person> = {}): Person => ({
  identity, memberId: identity, name: identity, role: 'member', guest: false, me: false, microphone: 'on', camera: undefined, cameraOn: true, screen: undefined, speaking: false, arrives: { voice: true, picture: true },
  quality: 'good', sealed: false, hand: undefined, joinedAt: 0, ...part,
});

export const memberOf = (part: Partial<Member> = {}): Member => ({
  memberId: 'me', userId: null, name: 'Hannah', profileImage: null, guest: false, role: 'member', state: 'waiting', identity: 'me', connected: false, ...part,
});

export const consultationOf = (version: number, part: Partial<Consultation> = {}): Consultation => ({
  consultationId: 'c1', roomId: 'consultation-1', version, title: null, state: 'open', owner: { userId: 'u1', name: 'Dr. Okafor', profileImage: null, presence: 'online' },
  appointment: null, locked: false, openedAt: '2026-01-05T09:00:00.000Z', you: memberOf(), members: [], ...part,
});

/** A media server's room that does what a test says. */
export class FakeRoom implements RoomPort {
  readonly sent: [string, string | undefined, boolean][] = [];
  readonly said: { text: string; to: string[] | undefined }[] = [];
  shared: MediaStreamTrack[] = [];
  left = false;
  pictures = true;
  fails: EndReason | undefined;
  others: Person[] = [];
  constructor(readonly listener: RoomListener) {}
  connect = (): Promise<void> => (this.fails ? Promise.reject(new RoomFailure(this.fails)) : Promise.resolve());
  people = () => [personOf('me', { me: true }), ...this.others];
  send = (kind: 'audio' | 'video', track: MediaStreamTrack | null, muted: boolean): Promise<void> => {
    this.sent.push([kind, track?.kind, muted]);
    return Promise.resolve();
  };
  share = (tracks: MediaStreamTrack[]): Promise<void> => {
    this.shared = tracks;
    return Promise.resolve();
  };
  unshare = (): Promise<void> => {
    this.shared = [];
    return Promise.resolve();
  };
  say = (text: string, to?: string[]): Promise<void> => {
    this.said.push({ text, to });
    return Promise.resolve();
  };
  setPictures = (wanted: boolean): void => void (this.pictures = wanted);
  quiet = false;
  setQuiet = (quiet: boolean): void => void (this.quiet = quiet);
  setSpeaker = (): void => undefined;
  given = () => this.people().map(({ identity, name }) => ({ identity, name, camera: undefined, screen: undefined, sounds: [] }));
  recorded = false;
  setRecorded = (on: boolean): void => void (this.recorded = on);
  startSound = (): void => undefined;
  leave = (): Promise<void> => {
    this.left = true;
    return Promise.resolve();
  };
}

export function aRoom() {
  const clock = new FakeClock();
  const devices = new FakeDevices();
  const screens = new FakeScreens();
  const rooms: FakeRoom[] = [];
  const world = {
    clock, devices, screens, rooms,
    /** What is said of the next connection, and of asking for a token. */
    fails: undefined as EndReason | undefined,
    refused: undefined as AppError | undefined,
    /** And where the token before let nobody in. */
    why: undefined as AppError | undefined,
    tokens: 0,
    get room(): FakeRoom {
      const last = rooms.at(-1);
      if (!last) throw new Error('nobody has connected');
      return last;
    },
  };
  let id = 0;
  const engine = new RoomEngine(
    {
      api: {
        token: (_encrypted, failed = false): Promise<Ticket> => {
          if (!failed) world.tokens += 1;
          else if (world.why) return Promise.reject(world.why);
          return world.refused ? Promise.reject(world.refused) : Promise.resolve({ url: 'wss://x', token: 't' });
        },
      },
      createRoom: (listener) => {
        const room = new FakeRoom(listener);
        room.fails = world.fails;
        rooms.push(room);
        return Promise.resolve(room);
      },
      media: devices.source(), screens, listen: devices.listen, clock, newId: () => `id${(id += 1)}`,
    },
    'member',
  );
  return { world, clock, devices, screens, engine };
}
