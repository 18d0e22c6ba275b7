import { getLocale, m } from '../../../shared/i18n';
import type { Felt, Moment, Stretch } from '../model/history';
import type { StepReason } from '../model/ladder';

const MINUTE_MS = 60_000;

/** A while in whole seconds or minutes, in words. */
export function whileText(ms: number): string {
  const unit = ms < MINUTE_MS ? 'second' : 'minute';
  const count = Math.max(1, Math.round(ms / (unit === 'second' ? 1_000 : MINUTE_MS)));
  return new Intl.NumberFormat(getLocale(), { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

/** How long it was how good; what was never so is not mentioned. */
export function stretchesText(stretches: Stretch[]): string {
  const sums = new Map<Felt, number>();
  for (const { felt, from, to } of stretches) if (felt) sums.set(felt, (sums.get(felt) ?? 0) + to - from);
  const said = (['good', 'fair', 'weak', 'lost'] as const).filter((felt) => (sums.get(felt) ?? 0) > 0);
  if (said.length === 1 && said[0] === 'good') return m.story_all_good();
  if (said.length === 0) return m.story_too_short();
  return said.map((felt) => feltText(felt, whileText(sums.get(felt) ?? 0))).join(', ');
}

function feltText(felt: Felt, time: string): string {
  switch (felt) {
    case 'good':
      return m.story_good({ time });
    case 'fair':
      return m.story_fair({ time });
    case 'weak':
      return m.story_weak({ time });
    case 'lost':
      return m.story_none({ time });
  }
}

/** One thing that happened, for who was there. */
export function momentText(moment: Moment, name: string): string {
  const time = 'forMs' in moment ? whileText(moment.forMs) : '';
  switch (moment.what) {
    case 'connected':
      return m.story_connected();
    case 'repaired':
      return m.story_repaired();
    case 'lost':
      return time === '' ? m.story_lost_for_good() : m.story_lost({ time });
    case 'server':
      return m.story_server({ time });
    case 'their-picture':
      return m.story_their_picture({ name, time });
    case 'own-screen':
      return m.story_own_screen({ time });
    case 'their-screen':
      return m.story_their_screen({ name, time });
    case 'step':
      return stepText(moment);
  }
}

function stepText({ rung, up, why, screen }: Extract<Moment, { what: 'step' }>): string {
  if (up) {
    if (rung === 'voice' || rung === 'note') return m.story_up_talk();
    if (rung === 'paused') return m.story_up_voice();
    if (screen) return m.story_up_screen();
    return rung === 'small' ? m.story_up_picture() : m.story_up_sharp();
  }
  const reason = reasonText(why);
  switch (rung) {
    case 'note':
      return m.story_down_note({ reason });
    case 'voice':
      return m.story_down_voice({ reason });
    case 'paused':
      return screen ? m.story_down_screen({ reason }) : m.story_down_paused({ reason });
    case 'small':
      return screen ? m.story_down_screen({ reason }) : m.story_down_small({ reason });
    default:
      return m.story_down_softer({ reason });
  }
}

function reasonText(why: StepReason): string {
  switch (why) {
    case 'loss':
      return m.story_why_loss();
    case 'delay':
      return m.story_why_delay();
    case 'bandwidth':
      return m.story_why_bandwidth();
    case 'cpu':
      return m.story_why_cpu();
    case 'saver':
      return m.story_why_saver();
    case 'better':
      return '';
  }
}
