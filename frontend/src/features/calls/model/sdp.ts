/** The few things that negotiation reads from a description, and the one that it adds. */

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

/**
 * The same with a wish for Opus that repairs what is lost and is silent in silence. It is said of what we like to receive, so it is
 * added on the way to the other and our own description is left as the browser made it.
 */
export function wishingForOpus(sdp: string): string {
  const opus = [...sdp.matchAll(/^a=rtpmap:(\d+) opus\//gim)].map((match) => match[1] ?? '');
  return sdp.replace(/^a=fmtp:(\d+) ([^\r\n]*)/gm, (line, type: string, given: string) => {
    if (!opus.includes(type)) return line;
    const wishes = ['useinbandfec=1', 'usedtx=1'].filter((wish) => !given.includes(`${wish.split('=')[0] ?? ''}=`));
    return `a=fmtp:${type} ${[given, ...wishes].join(';')}`;
  });
}

const START_KBPS = 800;

/**
 * The same with a wish for a picture that begins sharp. A browser of Chromium's family begins with 300 kbit/s, throws the first pictures away
 * as too large for that, and so keeps one waiting; how much there really is, it finds out by itself.
 */
export function wishingForPicture(sdp: string): string {
  const wish = `x-google-start-bitrate=${String(START_KBPS)}`;
  const types = [...sdp.matchAll(/^a=rtpmap:(\d+) (?:VP8|VP9|AV1|H264|H265)\//gim)].map((match) => match[1] ?? '');
  return types.reduce((text, type) => {
    const given = new RegExp(`^a=fmtp:${type} [^\\r\\n]*`, 'm');
    if (given.test(text)) return text.replace(given, (line) => `${line};${wish}`);
    return text.replace(new RegExp(`^a=rtpmap:${type} [^\\r\\n]*`, 'm'), (line) => `${line}\r\na=fmtp:${type} ${wish}`);
  }, sdp);
}
