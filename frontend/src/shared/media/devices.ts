import { readStored, writeStored } from '../lib/storage';
import type { AnyDevice, DeviceChoice, DeviceLists } from './types';

/** What this browser's person chose last, so that they need not choose again. */
export interface DeviceMemory {
  recall(device: AnyDevice): DeviceChoice | undefined;
  keep(device: AnyDevice, choice: DeviceChoice): void;
}

const KEY = 'moodbites.devices';

export const storedDevices: DeviceMemory = {
  recall(device) {
    const choice = (read() as Partial<Record<AnyDevice, Partial<DeviceChoice>>> | null)?.[device];
    return typeof choice?.id === 'string' && typeof choice.label === 'string' ? { id: choice.id, label: choice.label } : undefined;
  },
  keep(device, choice) {
    writeStored(KEY, JSON.stringify({ ...(read() as object | null), [device]: choice }));
  },
};

function read(): unknown {
  try {
    return JSON.parse(readStored(KEY) ?? 'null');
  } catch {
    return null;
  }
}

/** The same device as before: by its id, or by its name where the browser has given it another one. */
export function findAgain(wanted: DeviceChoice | undefined, choices: readonly DeviceChoice[]): DeviceChoice | undefined {
  if (!wanted) return undefined;
  return choices.find(({ id }) => id === wanted.id) ?? choices.find(({ label }) => label !== '' && label === wanted.label);
}

export function listOf(lists: DeviceLists, device: AnyDevice): readonly DeviceChoice[] {
  return { microphone: lists.microphones, camera: lists.cameras, speaker: lists.speakers }[device];
}
