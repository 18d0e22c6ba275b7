import { getLocale, m } from '../../../shared/i18n';
import type { Figures, StreamFigures } from '../model/figures';
import { dataText } from './labels';

const format = (value: number, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(getLocale(), options).format(value);
const percent = (share: number) => format(share, { style: 'percent', maximumFractionDigits: 1 });
const milliseconds = (ms: number) => format(ms, { style: 'unit', unit: 'millisecond' });

function rate(bps: number): string {
  return bps >= 1_000_000
    ? format(bps / 1_000_000, { style: 'unit', unit: 'megabit-per-second', maximumFractionDigits: 1 })
    : format(bps / 1_000, { style: 'unit', unit: 'kilobit-per-second', maximumFractionDigits: 0 });
}

/** From here on a delay is heard, and from there on it is in the way. */
const SLIGHT_MS = 200;
const MUCH_MS = 500;

/** The state of the connection as one would tell it to somebody. */
export function figureSentences(figures: Figures, name: string): string[] {
  const { roundTripMs, local, remote } = figures;
  const losses = [...figures.received, ...figures.sent].map(({ loss }) => loss ?? 0);
  const worst = Math.max(0, ...losses);
  const limited = figures.sent.some(({ limitation }) => limitation === 'cpu');
  return [
    local === undefined ? undefined : local === 'relay' || remote === 'relay' ? m.figures_relayed() : m.figures_direct({ name }),
    roundTripMs === undefined ? undefined : roundTripMs < SLIGHT_MS ? m.figures_quick() : roundTripMs < MUCH_MS ? m.figures_slight_delay() : m.figures_delay(),
    losses.length === 0 ? undefined : worst < 0.005 ? m.figures_nothing_lost() : m.figures_lost({ share: percent(worst) }),
    limited ? m.figures_busy() : undefined,
  ].filter((sentence) => sentence !== undefined);
}

export interface FigureRow {
  term: string;
  value: string;
}

/** The same in numbers, one line a stream and one a property of the way. */
export function figureRows(figures: Figures): FigureRow[] {
  const way = [wayText(figures.local), wayText(figures.remote)].filter(Boolean).join(' – ');
  const by = [figures.protocol, figures.relayProtocol].filter((one) => one !== undefined).map((one) => one.toUpperCase());
  return [
    ...figures.received.map((stream) => ({ term: m.figures_received({ what: streamName(stream) }), value: streamText(stream) })),
    ...figures.sent.map((stream) => ({ term: m.figures_sent({ what: streamName(stream) }), value: streamText(stream) })),
    ...(way === '' ? [] : [{ term: m.figures_way(), value: [way, ...new Set(by)].join(', ') }]),
    ...(figures.roundTripMs === undefined ? [] : [{ term: m.figures_round_trip(), value: milliseconds(figures.roundTripMs) }]),
    ...(figures.availableBps === undefined ? [] : [{ term: m.figures_available(), value: rate(figures.availableBps) }]),
    { term: m.call_data(), value: dataText({ in: figures.bytesIn, out: figures.bytesOut }) },
  ];
}

/** To be pasted where somebody is asked for help. */
export function figureText(figures: Figures, name: string): string {
  const rows = figureRows(figures).map(({ term, value }) => `${term}: ${value}`);
  return [...figureSentences(figures, name), '', ...rows, ''].join('\n');
}

function streamName({ what }: StreamFigures): string {
  switch (what) {
    case 'voice':
      return m.figures_voice();
    case 'camera':
      return m.figures_camera();
    case 'screen':
      return m.figures_screen();
    case 'sound':
      return m.figures_sound();
  }
}

function streamText({ codec, width, height, fps, bps, loss, jitterMs, limitation }: StreamFigures): string {
  return [
    width === undefined || height === undefined ? undefined : `${width} × ${height}`,
    fps === undefined ? undefined : m.figures_fps({ count: Math.round(fps) }),
    bps === undefined ? undefined : rate(bps),
    codec,
    loss === undefined ? undefined : m.figures_loss({ share: percent(loss) }),
    jitterMs === undefined ? undefined : m.figures_jitter({ time: milliseconds(jitterMs) }),
    limitation === 'cpu' ? m.figures_limited_cpu() : limitation === 'bandwidth' ? m.figures_limited_bandwidth() : undefined,
  ].filter((part) => part !== undefined).join(', ');
}

function wayText(type: string | undefined): string | undefined {
  switch (type) {
    case 'host':
      return m.figures_host();
    case 'relay':
      return m.figures_relay();
    case undefined:
      return undefined;
    default:
      return m.figures_reflexive();
  }
}
