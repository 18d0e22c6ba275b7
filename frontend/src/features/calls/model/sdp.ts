/** The few things that negotiation reads from a description. */

/** The session id of its `o=` line: the same for all descriptions of one RTCPeerConnection, another after a reload. */
export function sessionOf(description: RTCSessionDescriptionInit): string {
  return /^o=\S+ (\S+)/m.exec(description.sdp ?? '')?.[1] ?? '';
}

/** The ICE user name fragments that it speaks of. */
export function fragmentsOf(description: RTCSessionDescriptionInit | null): Set<string> {
  return new Set([...(description?.sdp ?? '').matchAll(/^a=ice-ufrag:(\S+)/gm)].map((match) => match[1] ?? ''));
}

/** The fragment that a candidate belongs to, where it says so. */
export function fragmentOf(candidate: RTCIceCandidateInit): string | undefined {
  return candidate.usernameFragment ?? / ufrag (\S+)/.exec(candidate.candidate ?? '')?.[1];
}
