// People in a LiveKit room, by LiveKit's own client for Node.js.
import { AudioFrame, AudioSource, AudioStream, LocalAudioTrack, Room, RoomEvent, TrackKind, TrackPublishOptions, TrackSource, VideoBufferType, VideoStream } from '@livekit/rtc-node';
import WebSocket from 'ws';

const PATIENCE = 15_000;
const RATE = 48_000;

/** The colour of a picture in all, of some thousand of its points. */
function meanOf(rgba) {
  const sum = [0, 0, 0];
  const step = 4 * Math.max(1, Math.floor(rgba.length / 4_000 / 4));
  let points = 0;
  for (let at = 0; at + 2 < rgba.length; at += step, points += 1) for (const n of [0, 1, 2]) sum[n] += rgba[at + n];
  return sum.map((each) => each / points);
}

/** What LiveKit gives whoever has come in, for when their own token runs out. They are out again. */
export function renewed({ url, token }) {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/rtc?access_token=${token}&protocol=16&auto_subscribe=0`);
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error('no token was renewed')), PATIENCE);
    socket.on('error', failed);
    socket.on('message', (bytes) => {
      // SignalResponse.refresh_token, field 16 of the oneof.
      const [text] = bytes[0] === 0x82 && bytes[1] === 0x01 ? (/eyJ[\w.-]+/.exec(bytes.toString('latin1')) ?? []) : [];
      if (text) done(text);
    });
    socket.on('close', () => clearTimeout(timer));
  }).finally(() => socket.close());
}

/** Waits until `look` gives something, looking again at each event of the room. */
export class Guest {
  said = [];
  #looks = new Set();
  #sounding = false;

  static async join({ url, token }) {
    const guest = new Guest();
    guest.room = new Room();
    for (const event of Object.values(RoomEvent)) {
      guest.room.on(event, (...args) => {
        guest.said.push([event, ...args]);
        for (const look of guest.#looks) look();
      });
    }
    await guest.room.connect(url, token, { autoSubscribe: true, dynacast: false });
    return guest;
  }

  until(look, what) {
    return new Promise((done, failed) => {
      const end = (then) => {
        clearTimeout(timer);
        clearInterval(often);
        this.#looks.delete(check);
        then();
      };
      const check = () => {
        const found = look();
        if (found) end(() => done(found));
      };
      const timer = setTimeout(() => end(() => failed(new Error(`${what}; said: ${this.said.map(([event]) => event).join(' ')}`))), PATIENCE);
      // Not every change is an event.
      const often = setInterval(check, 100);
      this.#looks.add(check);
      check();
    });
  }

  heard(event, fits = () => true) {
    return this.until(() => this.said.find(([name, ...args]) => name === event && fits(...args)), `no ${event}`);
  }

  /** The other of that identity. */
  other(identity) {
    return this.until(() => this.room.remoteParticipants.get(identity), `${identity} is not there`);
  }

  get me() {
    return this.room.localParticipant;
  }

  /** Sends a tone until it leaves. */
  async sound() {
    const source = new AudioSource(RATE, 1);
    const track = LocalAudioTrack.createAudioTrack('microphone', source);
    const options = new TrackPublishOptions();
    options.source = TrackSource.SOURCE_MICROPHONE;
    const publication = await this.me.publishTrack(track, options);
    this.#sounding = true;
    const samples = Int16Array.from({ length: RATE / 100 }, (_, n) => Math.round(8_000 * Math.sin((2 * Math.PI * 440 * n) / RATE)));
    this.tone = (async () => {
      while (this.#sounding) await source.captureFrame(new AudioFrame(samples, RATE, 1, samples.length));
    })().catch(() => {});
    return publication;
  }

  /** Waits until something can be heard from that person. */
  async hears(identity) {
    const [, track] = await this.heard(RoomEvent.TrackSubscribed, (_track, _publication, participant) => participant.identity === identity);
    const reader = new AudioStream(track).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`${identity} fell silent`);
      if (value.data.some((sample) => Math.abs(sample) > 2_000)) break;
    }
    await reader.cancel();
  }

  /** Looks at the pictures of whoever sends some first; says at the end how many could be made out, and how many of those were all but of that colour. */
  async watch(colour) {
    const [, track] = await this.heard(RoomEvent.TrackSubscribed, (one) => one.kind === TrackKind.KIND_VIDEO);
    const reader = new VideoStream(track).getReader();
    const seen = { frames: 0, alike: 0 };
    const done = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        seen.frames += 1;
        const mean = meanOf(value.frame.convert(VideoBufferType.RGBA).data);
        if (mean.every((value, n) => Math.abs(value - colour[n]) < 48)) seen.alike += 1;
      }
    })().catch(() => {});
    return async () => {
      await reader.cancel();
      await done;
      return seen;
    };
  }

  async leave() {
    this.#sounding = false;
    await this.tone;
    await this.room.disconnect();
  }
}
