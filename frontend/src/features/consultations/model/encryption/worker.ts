// livekit-client's worker, with two things changed: it prints nothing, and it takes nothing unsealed. By itself it passes on
// what a participant sends in the clear where the LiveKit server says that they don't encrypt, and whatever comes by a
// receiver that was somebody's who has gone.
import './quiet';
import 'livekit-client/e2ee-worker';

interface Transform {
  transformer: { options: { participantIdentity: string } };
}

interface Scope {
  onmessage: (event: { data: { kind: string; data?: { participantIdentity?: string; enabled?: boolean } } }) => void;
  onrtctransform?: ((event: Transform) => void) | null;
}

const scope = self as unknown as Scope;
const { onmessage, onrtctransform } = scope;
const seals = (participantIdentity: string) => onmessage({ data: { kind: 'enable', data: { participantIdentity, enabled: true } } });

scope.onmessage = (event) => {
  const { kind, data } = event.data;
  if (kind === 'removeTransform') return; // it is sealed until it is the next one's
  if (kind === 'enable' && data) data.enabled = true;
  // Before the first frame, in whatever order the rest is told.
  if ((kind === 'decode' || kind === 'encode' || kind === 'updateCodec') && data?.participantIdentity !== undefined) seals(data.participantIdentity);
  onmessage(event);
};

if (onrtctransform) {
  scope.onrtctransform = (event) => {
    seals(event.transformer.options.participantIdentity);
    onrtctransform(event);
  };
}
