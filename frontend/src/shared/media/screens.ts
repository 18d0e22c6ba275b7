/** The part of the browser that hands out screens. */
export interface ScreenSource {
  /** `undefined` where the browser can't, as on phones. */
  capture: ((options: DisplayMediaStreamOptions) => Promise<MediaStream>) | undefined;
  /** Whether sound may come with it. */
  givesSound: boolean;
}

/** Chromium alone gives sound with a screen, and it alone has this. */
export function browserScreens(): ScreenSource {
  const devices = (navigator as { mediaDevices?: Partial<MediaDevices> }).mediaDevices;
  const able = window.isSecureContext && typeof devices?.getDisplayMedia === 'function';
  return {
    capture: able ? (options) => navigator.mediaDevices.getDisplayMedia(options) : undefined,
    givesSound: 'CaptureController' in window,
  };
}
