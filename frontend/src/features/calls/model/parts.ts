import type { Limits } from './ladder';

/** What flows each way: voice and camera from the first offer on, a screen and its sound once one is shared. */
export const PARTS = ['audio', 'video', 'screen', 'sound'] as const;
export type Part = (typeof PARTS)[number];
export type Tracks = Record<Part, MediaStreamTrack | null>;
export const NO_TRACKS: Tracks = { audio: null, video: null, screen: null, sound: null };

const SOUND_BPS = 96_000;

/** The same on both sides, since sections keep their order: of each kind the first is the person's, the second that of the screen. */
export function sectionOf(connection: RTCPeerConnection, part: Part): RTCRtpTransceiver | undefined {
  const kind = part === 'audio' || part === 'sound' ? 'audio' : 'video';
  return sectionsOf(connection, kind)[part === 'screen' || part === 'sound' ? 1 : 0];
}

export function partOf(connection: RTCPeerConnection, track: MediaStreamTrack): Part {
  const first = sectionsOf(connection, track.kind)[0]?.receiver.track;
  const ofPerson = first === undefined || first === track;
  if (track.kind === 'audio') return ofPerson ? 'audio' : 'sound';
  return ofPerson ? 'video' : 'screen';
}

const sectionsOf = (connection: RTCPeerConnection, kind: string): RTCRtpTransceiver[] =>
  connection.getTransceivers().filter(({ receiver, direction }) => receiver.track.kind === kind && direction !== 'stopped');

/** Writes the limits into a sender's parameters. The voice comes first where there is too little, then what is shown. */
export function holdTo(limits: Limits, part: Part, parameters: RTCRtpSendParameters, track: MediaStreamTrack | null): boolean {
  const encoding = parameters.encodings[0];
  if (!encoding) return false;
  encoding.networkPriority = part === 'audio' ? 'high' : part === 'video' ? 'low' : 'medium';
  if (part === 'audio') encoding.maxBitrate = limits.audioBps;
  else if (part === 'sound') encoding.maxBitrate = SOUND_BPS;
  else if (part === 'video' && limits.screenAsPicture !== true) {
    encoding.active = limits.height !== undefined;
    if (limits.height === undefined) return true;
    encoding.maxBitrate = limits.videoBps;
    encoding.scaleResolutionDownBy = scaleTo(limits.height, track);
    // A screen may have gone this way before, to an old client.
    delete encoding.maxFramerate;
    delete parameters.degradationPreference;
  } else {
    const { screen } = limits;
    encoding.active = screen !== undefined;
    if (!screen) return true;
    encoding.maxBitrate = screen.bps;
    encoding.maxFramerate = screen.fps;
    encoding.scaleResolutionDownBy = 1;
    parameters.degradationPreference = screen.sharp ? 'maintain-resolution' : 'balanced';
  }
  return true;
}

/** By how much a picture is made smaller, so that its shorter side has so many lines. */
function scaleTo(lines: number, track: MediaStreamTrack | null): number {
  const { width, height } = track?.getSettings() ?? {};
  return Math.max(1, Math.min(width ?? lines, height ?? lines) / lines);
}
