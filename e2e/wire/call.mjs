// What calls are made of: descriptions, candidates, and what is left of a call in a conversation.
export const offer = (ufrag = 'offr', { video = true } = {}) => ({ type: 'offer', sdp: sdp(ufrag, video) });
export const answer = (ufrag = 'answ') => ({ type: 'answer', sdp: sdp(ufrag, true) });

const sdp = (ufrag, video) =>
  ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', ...section('audio', ufrag), ...(video ? section('video', ufrag) : []), ''].join('\r\n');
const section = (kind, ufrag) => [`m=${kind} 9 UDP/TLS/RTP/SAVPF 96`, `a=ice-ufrag:${ufrag}`, 'a=sendrecv'];

export const candidate = (ufrag, n = 1) => ({
  candidate: `candidate:${n} 1 udp 2122260223 192.0.2.${n % 250} 50000 typ host generation 0 ufrag ${ufrag}`,
  sdpMid: '0',
  sdpMLineIndex: 0,
});

/** The calls in the conversation of two people, as one of them reads it. */
export async function calls(practice, person, other) {
  const { body: inbox } = await practice.get(person, '/api/inbox');
  const conversation = inbox.conversations.find((one) => one.other._id === other.id);
  if (!conversation) return [];
  const { body } = await practice.get(person, `/api/conversations/${conversation.conversationId}/entries?limit=200`);
  return body.entries.filter((entry) => entry.kind === 'call');
}

/** How the one call ended that there is more than before. Its entry is written after the two were told of its end. */
export async function lastCall(practice, person, other, before) {
  const until = Date.now() + 10_000;
  for (;;) {
    const all = await calls(practice, person, other);
    if (all.length === before + 1) return all.at(-1).call;
    if (all.length > before + 1 || Date.now() > until) {
      throw new Error(`${all.length} calls in the conversation, not ${before + 1}`);
    }
  }
}

/** The snapshot of a call in that state. */
export const state = (line, callId, wanted) =>
  line.next('call', (snapshot) => snapshot.callId === callId && snapshot.state === wanted);

/** Two of ours in a call that is connected. */
export async function connected(from, to) {
  const { callId } = await from.ask('webrtc-call-request', { targetUserId: to.person.id, callType: 'video' });
  await state(to, callId, 'ringing');
  await to.ask('webrtc-call-response', { callId, callerId: from.person.id, accepted: true });
  await state(from, callId, 'connecting');
  await from.ask('webrtc-offer', { callId, targetUserId: to.person.id, offer: offer() });
  await to.next('webrtc-offer', (relayed) => relayed.callId === callId);
  await to.ask('webrtc-answer', { callId, targetUserId: from.person.id, answer: answer() });
  await Promise.all([
    from.next('webrtc-answer', (relayed) => relayed.callId === callId),
    ...[from, to].map((line) => state(line, callId, 'connected')),
  ]);
  return callId;
}

/** A connection of ours that can be rung: the server answers the handshake a moment before that. */
export async function come(practice, person, options) {
  const line = await practice.connect(person, options);
  await line.settled();
  return line;
}

/** One of the connections that an old page has for calls. */
export const page = (practice, person, options) => come(practice, person, { role: 'calls', device: null, ...options });
