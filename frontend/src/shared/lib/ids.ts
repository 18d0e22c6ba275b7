import { readStored, writeStored } from './storage';

const DEVICE_KEY = 'moodbites.device';

/** `crypto.randomUUID` is missing where a practice tries us over plain HTTP; random bytes never are. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The same for all tabs of one browser profile: it makes them one device in a call. */
export function deviceId(): string {
  const known = readStored(DEVICE_KEY);
  if (known !== null && /^[\x21-\x7e]{1,64}$/.test(known)) return known;
  const made = randomId();
  writeStored(DEVICE_KEY, made);
  return made;
}
