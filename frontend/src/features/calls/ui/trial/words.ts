import { getLocale, m } from '../../../../shared/i18n';
import { carries, type Findings, type Light, lightOf, type Part, PARTS, type TrialResult, verdictOf } from '../../model/trial/findings';
import { problemText } from '../../../../shared/media/ui/deviceText';

export interface Words {
  text: string;
  /** What to do next; none where nothing is to be done. */
  step?: string;
}

export function nameOf(part: Part): string {
  return {
    camera: m.call_camera, microphone: m.call_microphone, speaker: m.call_speaker, direct: m.trial_direct, udp: m.trial_udp, tcp: m.trial_tcp,
    tls: m.trial_tls, relay: m.trial_relay, speed: m.trial_speed,
  }[part]();
}

export function verdictText(light: Light): string {
  return { green: m.trial_green, amber: m.trial_amber, red: m.trial_red }[light]();
}

export function lightText(light: Light): string {
  return { green: m.trial_light_green, amber: m.trial_light_amber, red: m.trial_light_red }[light]();
}

/** What was found out, and what to do about it. */
export function wordsOf(part: Part, findings: Findings): Words | undefined {
  const finding = findings[part];
  switch (finding?.what) {
    case undefined:
      return undefined;
    case 'works':
      return { text: worksText(part) };
    case 'silent':
      return { text: m.trial_silent(), step: m.trial_silent_step() };
    case 'unheard':
      return { text: m.trial_unheard(), step: m.trial_unheard_step() };
    case 'refused':
      return { text: m.trial_refused(), step: m.trial_refused_step() };
    case 'blocked':
      return { text: m.trial_blocked(), step: lightOf(part, findings) === 'red' ? m.trial_blocked_step() : m.trial_blocked_other() };
    case 'none':
      return noneText(part);
    case 'problem': {
      const { title, step } = problemText(finding.problem);
      return { text: title, step };
    }
    case 'speed':
      return speedText(finding.bps, finding.roundTripMs, lightOf('speed', findings));
  }
}

function worksText(part: Part): string {
  switch (part) {
    case 'camera':
      return m.trial_camera_works();
    case 'microphone':
      return m.check_heard();
    case 'speaker':
      return m.trial_speaker_works();
    case 'direct':
      return m.trial_direct_works();
    case 'udp':
      return m.trial_udp_works();
    case 'tcp':
      return m.trial_tcp_works();
    default:
      return m.trial_tls_works();
  }
}

function noneText(part: Part): Words {
  if (part === 'relay') return { text: m.trial_no_relay(), step: m.trial_no_relay_step() };
  return { text: part === 'speed' ? m.trial_speed_none() : m.trial_direct_none() };
}

function speedText(bps: number, roundTripMs: number, light: Light): Words {
  const value = { speed: new Intl.NumberFormat(getLocale(), { maximumFractionDigits: bps < 10_000_000 ? 1 : 0 }).format(bps / 1_000_000), ms: String(Math.round(roundTripMs)) };
  const text = {
    sharp: m.trial_speed_sharp, picture: m.trial_speed_picture, voice: m.trial_speed_voice, little: m.trial_speed_little,
  }[carries(bps)](value);
  return light === 'green' ? { text } : { text, step: m.trial_speed_step() };
}

export function timeText(at: number): string {
  return new Intl.DateTimeFormat(getLocale(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** The result as a message: all that is said of it, and nothing else. */
export function messageOf({ at, findings }: TrialResult): string {
  const lines = PARTS.flatMap((part) => {
    const words = wordsOf(part, findings);
    return words ? [`${nameOf(part)}: ${words.text}`] : [];
  });
  return [`${m.trial_title()}, ${timeText(at)}. ${verdictText(verdictOf(findings))}`, ...lines].join('\n');
}
