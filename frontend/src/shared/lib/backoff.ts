/**
 * How long to wait before try number `attempt` (from 0): doubling from one second to half a minute, spread over the upper
 * half of that, so that a practice full of browsers does not come back in the same instant.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 5));
  return ceiling / 2 + (random() * ceiling) / 2;
}
