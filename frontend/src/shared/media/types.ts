export type Quality = 'unknown' | 'good' | 'fair' | 'weak';
export type Device = 'microphone' | 'camera';
export type AnyDevice = Device | 'speaker';

/** Why a call can't begin or goes on without something, each with its own sentence and next step. Of `no-relay` the device says nothing. */
export interface DeviceProblem {
  kind: 'denied' | 'missing' | 'busy' | 'insecure' | 'unplugged' | 'unknown' | 'no-relay';
  device: Device;
}

/**
 * Another device serves in place of one that went away; that one is back, and serves again, or may (`back`). Names are as the
 * browser has them; none where it says none.
 */
export interface DeviceNews {
  kind: 'replaced' | 'returned' | 'back';
  device: AnyDevice;
  from: string;
  to: string;
}

export type Note = DeviceProblem | DeviceNews;

export interface DeviceChoice {
  id: string;
  label: string;
}

export interface DeviceLists {
  microphones: DeviceChoice[];
  cameras: DeviceChoice[];
  speakers: DeviceChoice[];
}

export type Chosen = Partial<Record<AnyDevice, string | undefined>>;

export const NO_DEVICES: DeviceLists = { microphones: [], cameras: [], speakers: [] };

/** Our own devices as they stand before others see and hear us. */
export interface CheckView {
  microphone: 'on' | 'muted' | 'none';
  camera: 'on' | 'off' | 'starting';
  local: MediaStream | undefined;
  asking: Device[];
  problem: DeviceProblem | undefined;
  note: Note | undefined;
  devices: DeviceLists;
  chosen: Chosen;
}
