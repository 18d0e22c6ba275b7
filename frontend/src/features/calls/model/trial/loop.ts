import { type Clock, Deadline } from '../../../../shared/media/clock';

export type CreateConnection = (config: RTCConfiguration) => RTCPeerConnection;

const OPEN_MS = 12_000;
const STUN_MS = 12_000;
const UNAUTHORISED = 401;
/** The browser's own word for a server that was not reached. */
const UNREACHED = 701;

/** Two ends of this page, joined by a relay: what one sends goes out to it and comes back to the other. */
export interface Loop {
  here: RTCDataChannel;
  there: RTCDataChannel;
  close: () => void;
}

export type Joined = { loop: Loop } | { failed: 'blocked' | 'refused' };

/** Relays reach private addresses only if they are allowed to, so both ends are relayed, by the same server. */
export async function joinBy(server: RTCIceServer, createConnection: CreateConnection, clock: Clock): Promise<Joined> {
  const config: RTCConfiguration = { iceServers: [server], iceTransportPolicy: 'relay' };
  const ends: [RTCPeerConnection, RTCPeerConnection] = [createConnection(config), createConnection(config)];
  const [one, other] = ends;
  const close = () => ends.forEach((end) => end.close());
  const due = new Deadline(clock);
  let refused = false;
  const joined = new Promise<Joined>((resolve) => {
    const fail = () => resolve({ failed: refused ? 'refused' : 'blocked' });
    due.set(OPEN_MS, fail);
    for (const [end, peer] of [[one, other], [other, one]] as const) {
      let relayed = false;
      end.onicecandidate = ({ candidate }) => {
        relayed ||= candidate !== null && candidate.candidate !== '';
        if (candidate) void peer.addIceCandidate(candidate).catch(() => undefined);
        else if (!relayed) fail();
      };
      end.onicecandidateerror = ({ errorCode }) => (refused ||= errorCode === UNAUTHORISED);
      end.onconnectionstatechange = () => end.connectionState === 'failed' && fail();
    }
    const here = one.createDataChannel('trial', { ordered: false, maxRetransmits: 0 });
    here.binaryType = 'arraybuffer';
    other.ondatachannel = ({ channel: there }) => {
      there.binaryType = 'arraybuffer';
      const ready = () => here.readyState === 'open' && there.readyState === 'open' && resolve({ loop: { here, there, close } });
      here.onopen = there.onopen = ready;
      ready();
    };
    void agree(one, other).catch(fail);
  });
  const result = await joined;
  due.clear();
  if ('failed' in result) close();
  return result;
}

async function agree(one: RTCPeerConnection, other: RTCPeerConnection): Promise<void> {
  await one.setLocalDescription();
  if (one.localDescription) await other.setRemoteDescription(one.localDescription);
  await other.setLocalDescription();
  if (other.localDescription) await one.setRemoteDescription(other.localDescription);
}

/** Whether a STUN server answers by UDP: then our packets come out of this network, and answers in. */
export async function asks(server: RTCIceServer, createConnection: CreateConnection, clock: Clock): Promise<boolean> {
  const connection = createConnection({ iceServers: [server] });
  const due = new Deadline(clock);
  let unreached = false;
  const answered = new Promise<boolean>((resolve) => {
    due.set(STUN_MS, () => resolve(false));
    connection.onicecandidateerror = ({ errorCode }) => (unreached ||= errorCode === UNREACHED);
    connection.onicecandidate = ({ candidate }) => {
      if (candidate?.type === 'srflx') resolve(true);
      // Without a NAT what it answers is known already, and nothing is said of it.
      if (!candidate) resolve(!unreached);
    };
    connection.createDataChannel('trial');
    void connection.setLocalDescription().catch(() => resolve(false));
  });
  const result = await answered;
  due.clear();
  connection.close();
  return result;
}
