/** The page keeps at least so many times what a run takes for everything else. */
const REST = 2;

/**
 * Runs something again and again, also in a tab that is not seen: there a page's own timers run once a second at most, a worker's don't.
 * The worker waits until a run is over before it asks for the next: where each takes longer than its share there are fewer, and the page stays usable.
 */
export function everyMs(ms: number, run: () => void): () => void {
  let timer: number | undefined;
  // One that fails is not the last.
  const runThen = (next: (rest: number) => void): void => {
    const began = performance.now();
    try {
      run();
    } finally {
      const took = performance.now() - began;
      next(Math.max(ms - took, took * REST));
    }
  };
  const byPage = () => runThen((rest) => (timer = window.setTimeout(byPage, rest)));
  try {
    const text = `const tick = () => postMessage(0); onmessage = ({ data }) => setTimeout(tick, data); setTimeout(tick, ${ms})`;
    const source = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    const worker = new Worker(source);
    URL.revokeObjectURL(source);
    worker.onmessage = () => runThen((rest) => worker.postMessage(rest));
    // Forbidden by a policy: as well as the page can.
    worker.onerror = () => timer ?? byPage();
    return () => {
      worker.terminate();
      clearTimeout(timer);
    };
  } catch {
    byPage();
    return () => clearTimeout(timer);
  }
}
