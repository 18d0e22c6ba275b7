/** Writes down a state change. Never given an SDP, a candidate or a name. */
export type Log = (what: string, detail?: string | number | boolean) => void;

/** The guide's switch: `localStorage.setItem('webrtc-debug', 'true')`, read anew each time so that it works at once. */
export const consoleLog: Log = (what, detail) => {
  try {
    if (localStorage.getItem('webrtc-debug') !== 'true') return;
  } catch {
    return; // a browser that keeps no storage has no switch
  }
  console.debug('[webrtc]', what, detail ?? '');
};
