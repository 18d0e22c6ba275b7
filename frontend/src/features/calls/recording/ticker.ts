/** Runs something again and again, also in a tab that is not seen: there a page's own timers run once a second at most, a worker's don't. */
export function everyMs(ms: number, run: () => void): () => void {
  try {
    const source = URL.createObjectURL(new Blob([`setInterval(() => postMessage(0), ${ms})`], { type: 'text/javascript' }));
    const worker = new Worker(source);
    URL.revokeObjectURL(source);
    worker.onmessage = run;
    let timer: number | undefined;
    // Forbidden by a policy: as well as the page can.
    worker.onerror = () => (timer ??= window.setInterval(run, ms));
    return () => {
      worker.terminate();
      clearInterval(timer);
    };
  } catch {
    const timer = window.setInterval(run, ms);
    return () => clearInterval(timer);
  }
}
