import { m } from '../../../shared/i18n';
import type { DeviceNews, Note } from '../model/view';
import { problemText } from './labels';

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
