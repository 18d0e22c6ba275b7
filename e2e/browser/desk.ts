import type { BrowserContext, Route } from '@playwright/test';
import { createHmac } from 'node:crypto';
import type { livekit } from '../servers/livekit.mjs';

export type LiveKit = Awaited<ReturnType<typeof livekit>>;

type Member = Record<string, unknown> & { memberId: string; name: string; role: string; state: string; identity: string };

/** Stands in for our server's side of a consultation, so that every state can be looked at: all come as guests. */
export class Desk {
  readonly members: Member[] = [];
  readonly words: { number: number; memberId: string; name: string; guest: boolean; text: string; at: string; clientMessageId: string }[] = [];
  locked = false;
  state: 'open' | 'ended' = 'open';
  version = 1;
  presence = 'online';
  /** What asking for a token is answered with instead; by a wrong key, LiveKit refuses it. */
  noToken: { code: string; status: number } | 'wrong key' | undefined;
  constructor(private readonly livekit: LiveKit | undefined, readonly title: string | null = null) {}

  async serve(context: BrowserContext): Promise<void> {
    await context.route(/\/api\/(consultations|guests)(\/|$|\?)/, (route) => this.answer(route));
  }

  add(name: string, role: string, state = 'invited'): Member {
    const memberId = `m${this.members.length + 1}`;
    const member = { memberId, userId: role === 'host' ? 'u1' : null, name, profileImage: null, guest: role !== 'host', role, state, identity: memberId, connected: false };
    this.members.push(member);
    return member;
  }

  view(you: Member) {
    const owner = { userId: 'u1', name: this.members.find(({ role }) => role === 'host')?.name ?? '', profileImage: null, presence: this.presence };
    const host = you.role === 'host';
    return {
      consultationId: 'c1', roomId: 'consultation-c1', version: this.version, title: this.title, state: this.state, owner, appointment: null, locked: this.locked,
      openedAt: '2026-11-28T18:00:00.000Z', ...(this.state === 'ended' ? { endedAt: '2026-11-28T18:42:00.000Z' } : {}), you, members: host ? this.members : [you],
    };
  }

  sign(you: Member, secret?: string): string {
    if (!this.livekit) throw new Error('no LiveKit');
    const now = Math.floor(Date.now() / 1000);
    const observer = you.role === 'observer';
    return jwt(secret === undefined ? this.livekit : { ...this.livekit, secret }, {
      sub: you.identity, name: you.name, nbf: now - 5, exp: now + 600, metadata: JSON.stringify({ memberId: you.memberId, role: you.role, guest: you['guest'] }),
      video: { room: 'consultation-c1', roomJoin: true, canPublish: !observer, canPublishData: !observer, canSubscribe: true, roomAdmin: you.role === 'host' },
    });
  }

  private async answer(route: Route): Promise<void> {
    const request = route.request();
    const path = new URL(request.url()).pathname;
    const body = (request.postDataJSON() ?? {}) as Record<string, unknown>;
    const json = (value: unknown, status = 200) => route.fulfill({ json: value, status });
    const refuse = (code: string, status = 403) => json({ error: code, code }, status);
    if (path === '/api/guests/claim') {
      const member = this.members.find(({ memberId }) => memberId === body['token']);
      return member ? json({ accessToken: member.memberId, roomId: 'consultation-c1', consultation: this.view(member) }) : refuse('guest_link_invalid', 410);
    }
    const ids = body['memberIds'] as string[] | undefined;
    const you = this.members.find(({ memberId }) => request.headers()['authorization'] === `Bearer ${memberId}`);
    if (!you) return refuse('forbidden');
    const target = this.members.find(({ memberId }) => memberId === body['memberId']);
    const what = path.split('/')[4];
    this.version += 1;
    switch (what) {
      case undefined:
        break;
      case 'arrive':
        if (this.locked && you.state === 'invited') return refuse('consultation_locked');
        if (you.role === 'host' || you.state === 'left') you.state = 'admitted';
        else if (you.state === 'invited') you.state = 'waiting';
        if (body['test']) you['test'] = body['test'];
        break;
      case 'admit':
        for (const member of this.members) if (member.state === 'waiting' && (!ids || ids.includes(member.memberId))) member.state = 'admitted';
        break;
      case 'refuse':
      case 'remove':
        if (target) target.state = what === 'refuse' ? 'refused' : 'removed';
        if (target && what === 'remove') await this.room('RemoveParticipant', { identity: target.identity });
        break;
      case 'mute': {
        const { tracks = [] } = (await this.room('GetParticipant', { identity: target?.identity })) as { tracks?: { sid: string; source: string }[] };
        for (const { sid, source } of tracks) if (source === 'MICROPHONE') await this.room('MutePublishedTrack', { identity: target?.identity, trackSid: sid, muted: true });
        break;
      }
      case 'lock':
        this.locked = body['locked'] === true;
        break;
      case 'line':
        if (target) target['answer'] = body['text'];
        else you['line'] = body['text'];
        break;
      case 'words': {
        const key = body['clientMessageId'] as string | undefined;
        if (key !== undefined && !this.words.some((word) => word.clientMessageId === key)) {
          this.words.push({ number: this.words.length + 1, memberId: you.memberId, name: you.name, guest: you['guest'] === true, text: body['text'] as string, at: new Date().toISOString(), clientMessageId: key });
        }
        const after = Number(new URL(request.url()).searchParams.get('after') ?? 0);
        const mine = this.words.filter((word) => (key === undefined ? word.number > after : word.clientMessageId === key));
        return json({ consultationId: 'c1', words: mine.map(({ clientMessageId, ...word }) => (word.memberId === you.memberId ? { ...word, clientMessageId } : word)) });
      }
      case 'leave':
        you.state = 'left';
        break;
      case 'end':
        this.state = 'ended';
        await this.room('DeleteRoom', {});
        break;
      case 'token':
        if (this.noToken === 'wrong key' && this.livekit) return json({ url: this.livekit.url, token: this.sign(you, 'of somebody else, and long enough for one') });
        if (typeof this.noToken === 'object') return refuse(this.noToken.code, this.noToken.status);
        if (!this.livekit) return refuse('livekit_not_configured', 503);
        return you.state === 'admitted' ? json({ url: this.livekit.url, token: this.sign(you) }) : refuse('not_admitted');
      case 'guests':
        return json({ url: 'https://chat.example.org/join/8f3kQ2', expiresAt: '2026-11-29T18:00:00.000Z' });
    }
    return json(this.view(you));
  }

  private async room(method: string, what: object): Promise<unknown> {
    if (!this.livekit) return {};
    const now = Math.floor(Date.now() / 1000);
    const token = jwt(this.livekit, { exp: now + 60, nbf: now - 5, video: { room: 'consultation-c1', roomAdmin: true, roomCreate: true } });
    const answer = await fetch(`${this.livekit.url.replace('ws', 'http')}/twirp/livekit.RoomService/${method}`, {
      method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ room: 'consultation-c1', ...what }),
    });
    return answer.json();
  }
}

function jwt({ key, secret }: LiveKit, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: key, ...claims })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
