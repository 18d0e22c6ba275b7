import { type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react';
import { play, type Tone } from './tones';

const FLASH_MS = 1_000;
const VIBRATION = [300, 200, 300, 1_400];

/** Sounds, and vibrates with a ring, while `tone` is set. */
export function useTone(tone: Tone | undefined): void {
  useEffect(() => {
    if (!tone) return undefined;
    const stop = play(tone);
    const vibrate = (pattern: number | number[]) => 'vibrate' in navigator && navigator.vibrate(pattern);
    const shake = () => tone === 'ring' && vibrate(VIBRATION);
    shake();
    const timer = setInterval(shake, VIBRATION.reduce((sum, part) => sum + part, 0));
    return () => {
      stop();
      clearInterval(timer);
      if (tone === 'ring') vibrate(0);
    };
  }, [tone]);
}

/** The title of the tab flashes between its own and this. */
export function useTitleFlash(text: string | undefined): void {
  useEffect(() => {
    if (text === undefined) return undefined;
    const before = document.title;
    document.title = text;
    const timer = setInterval(() => (document.title = document.title === text ? before : text), FLASH_MS);
    return () => {
      clearInterval(timer);
      document.title = before;
    };
  }, [text]);
}

/** The screen stays on while a call is seen. */
export function useWakeLock(active: boolean): void {
  useEffect(() => {
    if (!active || !('wakeLock' in navigator)) return undefined;
    let lock: WakeLockSentinel | undefined;
    let done = false;
    const acquire = () => {
      if (document.visibilityState !== 'visible') return;
      navigator.wakeLock.request('screen').then(
        (got) => (done ? void got.release() : (lock = got)),
        () => undefined,
      );
    };
    acquire();
    document.addEventListener('visibilitychange', acquire);
    return () => {
      done = true;
      document.removeEventListener('visibilitychange', acquire);
      void lock?.release().catch(() => undefined);
    };
  }, [active]);
}

/** Gives the focus back to where it was before a call took it. */
export function useFocusReturn(taken: boolean): void {
  const before = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (!taken) return undefined;
    before.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    return () => {
      const target = before.current;
      // After the dialog's own clean-up, and only where nobody else has taken it meanwhile.
      setTimeout(() => {
        if (target?.isConnected && (document.activeElement === document.body || document.activeElement === null)) target.focus();
      });
    };
  }, [taken]);
}

/** Takes the focus while it is there, and gives it back to where it was, or to the first of the controls. */
export function useFocusMoved<T extends HTMLElement>(): RefObject<T | null> {
  const ref = useRef<T>(null);
  useGivesFocusBack();
  useEffect(() => ref.current?.focus({ preventScroll: true }), []);
  return ref;
}

/** What is opened over a call gives the focus back to where it was, or to the first of the controls. */
export function useGivesFocusBack(): void {
  useEffect(() => {
    const before = document.activeElement;
    const dialog = before?.closest('[role="dialog"]');
    return () => {
      setTimeout(() => {
        if (document.activeElement !== document.body && document.activeElement !== null) return;
        const target = before instanceof HTMLElement && before.isConnected ? before : dialog?.querySelector<HTMLElement>('[data-autofocus]');
        target?.focus();
      });
    };
  }, []);
}

/** Keys that go nowhere, as after a button that is gone now, go to this. */
export function useStrayKeys(onKey: (event: KeyboardEvent) => void): void {
  const stray = useEffectEvent((event: KeyboardEvent) => {
    if (event.target === document.body) onKey(event);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => stray(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}

/**
 * Once there is something to switch, the focus is on that, and not on the one button that was there before: leaving.
 * Looked at again whenever something is `shown` or goes, for the focus may have been on it.
 */
export function useFocusOnControls(dialog: HTMLElement | null, ready: boolean, shown = ''): void {
  useEffect(() => {
    if (!dialog || !ready) return;
    const focused = document.activeElement;
    const astray = focused === null || focused === document.body || focused === dialog || focused.closest('[data-leave]') !== null;
    if (astray) dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus();
  }, [dialog, ready, shown]);
}

export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** Whether an element is on the whole screen, and a switch for it; none where the browser can't. */
export function useFullScreen(element: HTMLElement | null): { active: boolean; toggle: (() => void) | undefined } {
  const [active, setActive] = useState(false);
  useEffect(() => {
    const changed = () => setActive(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', changed);
    return () => document.removeEventListener('fullscreenchange', changed);
  }, []);
  const toggle = () => {
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    else void element?.requestFullscreen().catch(() => undefined);
  };
  return { active, toggle: document.fullscreenEnabled ? toggle : undefined };
}

/** Whether the other's picture stays on top of all windows, and a switch for it; none where the browser can't. */
export function usePictureInPicture(stage: HTMLElement | null): { active: boolean; toggle: (() => void) | undefined } {
  const [active, setActive] = useState(false);
  useEffect(() => {
    const changed = () => setActive(document.pictureInPictureElement !== null);
    const events = ['enterpictureinpicture', 'leavepictureinpicture'];
    for (const event of events) stage?.addEventListener(event, changed);
    return () => {
      for (const event of events) stage?.removeEventListener(event, changed);
    };
  }, [stage]);
  const toggle = () => {
    const picture = stage?.querySelector<HTMLVideoElement>('[data-remote] video');
    const done = document.pictureInPictureElement ? document.exitPictureInPicture() : picture?.requestPictureInPicture();
    done?.catch(() => undefined);
  };
  // Firefox has a button of its own on every picture, and lets no page press it.
  const able = 'pictureInPictureEnabled' in document && document.pictureInPictureEnabled;
  return { active, toggle: able ? toggle : undefined };
}

/** True once nothing has moved for a while; only looked at while `watching`. */
export function useIdle(watching: boolean, afterMs: number): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if (!watching) return undefined;
    let timer = setTimeout(() => setIdle(true), afterMs);
    const moved = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), afterMs);
    };
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin'];
    for (const event of events) document.addEventListener(event, moved);
    return () => {
      clearTimeout(timer);
      for (const event of events) document.removeEventListener(event, moved);
    };
  }, [watching, afterMs]);
  return watching && idle;
}
