import type { Page } from '@playwright/test';

interface Watched {
  peerConnections: RTCPeerConnection[];
  /** When a picture had come in, as the page's clock says. */
  pictures: number[];
}

/** So long without a picture is a standstill, on a machine that does a lot else. */
const STILL_MS = 700;

/** From now on looks ten times a second whether pictures have come in. */
export async function watchFlow(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watched = window as unknown as Watched;
    watched.pictures = [];
    let before = 0;
    setInterval(async () => {
      let frames = 0;
      for (const connection of watched.peerConnections) {
        if (connection.connectionState === 'closed') continue;
        (await connection.getStats()).forEach((report: { type: string; framesDecoded?: number }) => {
          if (report.type === 'inbound-rtp') frames += report.framesDecoded ?? 0;
        });
      }
      if (frames > before) watched.pictures.push(Date.now());
      before = frames;
    }, 100);
  });
}

/** How long after `since` the last standstill was over: pictures have come in for a second since then. */
export async function healedAfter(page: Page, since: number): Promise<number> {
  for (;;) {
    const over = await page.evaluate(
      ([since, still]) => {
        const { pictures } = window as unknown as Watched;
        const now = Date.now();
        let from = since;
        let last = since;
        for (const at of [...pictures.filter((at) => at > since), now]) {
          if (at - last > still) from = at;
          last = at;
        }
        const flows = now - from > 1_000 && now - since > still + 1_000;
        return flows ? from - since : undefined;
      },
      [since, STILL_MS] as const,
    );
    if (over !== undefined) return over;
    await page.waitForTimeout(100);
  }
}

/** How the media goes: the candidates in use. */
export async function wayOf(page: Page): Promise<{ local: string; remote: string; relayProtocol: string | undefined }> {
  return page.evaluate(async () => {
    const { peerConnections } = window as unknown as Watched;
    const way = { local: '', remote: '', relayProtocol: undefined as string | undefined };
    for (const connection of peerConnections) {
      if (connection.connectionState !== 'connected') continue;
      const report = new Map<string, Record<string, unknown>>();
      (await connection.getStats()).forEach((entry: Record<string, unknown>, id: string) => report.set(id, entry));
      for (const entry of report.values()) {
        if (entry['type'] !== 'transport') continue;
        const pair = report.get(String(entry['selectedCandidatePairId']));
        const [local, remote] = [report.get(String(pair?.['localCandidateId'])), report.get(String(pair?.['remoteCandidateId']))];
        way.local = String(local?.['candidateType']);
        way.remote = String(remote?.['candidateType']);
        way.relayProtocol = local?.['relayProtocol'] as string | undefined;
      }
    }
    return way;
  });
}
