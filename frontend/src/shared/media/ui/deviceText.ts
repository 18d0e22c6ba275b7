import { m } from '../../i18n';
import type { DeviceNews, DeviceProblem, Note } from '../types';

/** What a call goes on without, or with instead. */
export function noteText(note: Note): string {
  if ('to' in note) return newsText(note);
  const { title, step } = problemText(note);
  return `${title} ${step}`;
}

function newsText({ kind, device, from, to }: DeviceNews): string {
  const name = to || nameOf(device);
  if (kind === 'back') return m.call_device_back({ device: name });
  if (kind === 'returned') return m.call_device_returned({ device: name });
  return to ? m.call_device_replaced({ from: from || nameOf(device), to }) : m.call_device_replaced_plain({ from: from || nameOf(device) });
}

function nameOf(device: DeviceNews['device']): string {
  return { microphone: m.call_microphone, camera: m.call_camera, speaker: m.call_speaker }[device]();
}

/** One can be in the call all the same: hear, and be seen. */
export function isPassable({ kind, device }: DeviceProblem): boolean {
  return device === 'microphone' && kind !== 'no-relay' && kind !== 'insecure';
}

/** A problem with a device: what happened, and what to do about it. */
export function problemText({ kind, device }: DeviceProblem): { title: string; step: string } {
  const microphone = device === 'microphone';
  switch (kind) {
    case 'denied':
      return microphone
        ? { title: m.call_microphone_denied(), step: m.call_denied_step() }
        : { title: m.call_camera_denied(), step: m.call_denied_step() };
    case 'missing':
      return microphone
        ? { title: m.call_microphone_missing(), step: m.call_microphone_missing_step() }
        : { title: m.call_camera_missing(), step: m.call_camera_missing_step() };
    case 'busy':
      return microphone
        ? { title: m.call_microphone_busy(), step: m.call_busy_step() }
        : { title: m.call_camera_busy(), step: m.call_busy_step() };
    case 'unplugged':
      return microphone
        ? { title: m.call_microphone_unplugged(), step: m.call_microphone_unplugged_step() }
        : { title: m.call_camera_unplugged(), step: m.call_camera_unplugged_step() };
    case 'no-relay':
      return { title: m.call_no_relay(), step: m.call_no_relay_step() };
    case 'insecure':
      return { title: m.call_insecure(), step: m.call_insecure_step() };
    case 'unknown':
      return microphone
        ? { title: m.call_microphone_unknown(), step: m.call_unknown_step() }
        : { title: m.call_camera_unknown(), step: m.call_unknown_step() };
  }
}
