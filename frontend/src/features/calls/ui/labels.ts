import { getLocale, m } from '../../../shared/i18n';
import type { Rung, Step } from '../model/ladder';
import type { Bytes, CallEnd, CallView, Quality } from '../model/view';

/** What stands under the name, in words. */
export function stateText(view: CallView): string {
  if (view.problem) return view.direction === 'incoming' ? m.call_state_not_answered() : m.call_state_not_placed();
  if (view.asking.length > 0) return m.call_state_permission();
  if (view.checking) return m.check_state();
  switch (view.stage) {
    case 'preparing':
    case 'answering':
      return m.call_state_preparing();
    case 'calling':
      return m.call_state_calling();
    case 'ringing':
      return m.call_state_ringing();
    case 'incoming':
      return view.kind === 'video' ? m.call_incoming_video() : m.call_incoming_audio();
    case 'live':
      return linkText(view);
    default:
      return '';
  }
}

function linkText(view: CallView): string {
  switch (view.link) {
    case 'connecting':
      return m.call_state_connecting();
    case 'connected':
      return m.call_state_connected();
    case 'disconnected':
      return view.online ? m.call_state_disconnected() : m.call_state_offline();
    case 'failed':
      return m.call_state_failed();
  }
}

/** One line more where something is to be known or done. */
export function hintText(view: CallView): string | undefined {
  if (view.stage !== 'live') return undefined;
  if (view.link === 'failed') return view.legacy ? m.call_hint_failed_legacy() : m.call_hint_failed();
  if (view.link !== 'connected') return undefined;
  if (view.step) return stepText(view.step);
  const fallen = fallenText(view.rung, view.camera === 'on');
  if (fallen) return fallen;
  if (view.sharing.theirsPaused) return m.screen_paused_theirs({ name: view.peer.name });
  if (view.remotePaused) return m.call_hint_remote_paused({ name: view.peer.name });
  if (view.quality === 'weak') return m.call_hint_weak();
  if (view.remoteMuted) return m.call_hint_muted({ name: view.peer.name });
  return undefined;
}

/** What has just been changed so that the call holds, or can be changed back. */
function stepText({ rung, up, why, picture, screen }: Step): string {
  if (screen && why !== 'saver') {
    const said = screenStepText(rung, up);
    if (said !== undefined) return said;
  }
  if (!up) {
    if (why === 'saver') return m.call_step_saver();
    if (why === 'cpu') return m.call_step_busy();
    return fallenText(rung, picture) ?? (rung === 'small' ? m.call_step_small() : m.call_step_softer());
  }
  switch (rung) {
    case 'voice':
    case 'note':
      return m.call_step_talk();
    case 'paused':
      return picture ? m.call_step_voice_only() : m.call_step_voice_back();
    case 'small':
      return m.call_step_picture_back();
    default:
      return m.call_step_sharp();
  }
}

/** The same of a screen that is shared, which matters more then than our face. */
function screenStepText(rung: Rung, up: boolean): string | undefined {
  if (rung === 'small') return up ? undefined : m.screen_step_small();
  if (rung === 'paused') return up ? undefined : m.screen_step_paused();
  if (rung === 'voice') return up ? undefined : m.screen_step_voice();
  return up && (rung === 'half' || rung === 'full') ? m.screen_step_back() : undefined;
}

/** What is missing for as long as it is missing. */
function fallenText(rung: Rung, picture: boolean): string | undefined {
  if (rung === 'note') return m.call_step_note();
  if (rung === 'voice') return m.call_step_voice();
  return rung === 'paused' && picture ? m.call_step_paused() : undefined;
}

/** In units that people know from their phone's contract. */
export function dataText({ in: received, out: sent }: Bytes): string {
  return m.call_data_used({ received: bytesText(received), sent: bytesText(sent) });
}

function bytesText(bytes: number): string {
  const megabytes = bytes / 1_000_000;
  const digits = megabytes < 10 ? 1 : 0;
  const format = { style: 'unit', unit: 'megabyte', maximumFractionDigits: digits, minimumFractionDigits: digits } as const;
  return new Intl.NumberFormat(getLocale(), format).format(megabytes);
}

/** How what each sends reaches the other, once it is known. */
export function connectionText({ stage, link, quality, theirQuality, peer }: CallView): string | undefined {
  if (stage !== 'live' || link !== 'connected' || quality === 'unknown') return undefined;
  if (theirQuality === 'unknown' || theirQuality === quality) return m.call_connection_same({ quality: qualityWord(quality) });
  return m.call_connection_sides({ ours: qualityWord(quality), theirs: qualityWord(theirQuality), name: peer.name });
}

function qualityWord(quality: Exclude<Quality, 'unknown'>): string {
  return { good: m.call_word_good, fair: m.call_word_fair, weak: m.call_word_weak }[quality]();
}

export function qualityText(quality: Quality): string {
  switch (quality) {
    case 'good':
      return m.call_quality_good();
    case 'fair':
      return m.call_quality_fair();
    case 'weak':
      return m.call_quality_weak();
    case 'unknown':
      return '';
  }
}

/** Why the browser is about to ask. */
export function askText(view: CallView): string {
  const { name } = view.peer;
  if (view.asking.length > 1) return m.call_ask_both({ name });
  return view.asking[0] === 'camera' ? m.call_ask_camera({ name }) : m.call_ask_microphone({ name });
}

/** What the sheet says when a call is over. */
export function endText(end: CallEnd, name: string): { title: string; detail?: string } {
  switch (end.reason) {
    case 'completed':
      return { title: m.call_end_completed() };
    case 'no-answer':
      return { title: m.call_end_no_answer({ name }), detail: m.call_end_they_see() };
    case 'missed':
      return { title: m.call_end_missed({ name }) };
    case 'declined':
      return { title: m.call_end_declined({ name }) };
    case 'lost':
      return { title: m.call_end_lost(), detail: m.call_end_lost_detail() };
    case 'not-connected':
      return { title: m.call_end_not_connected(), detail: m.call_end_not_connected_detail() };
    case 'elsewhere':
      return { title: m.call_end_elsewhere() };
    case 'declined-elsewhere':
      return { title: m.call_end_declined_elsewhere() };
    case 'refused':
      return refusedText(end, name);
    default:
      return { title: m.call_end_gone() };
  }
}

function refusedText(end: CallEnd, name: string): { title: string; detail?: string } {
  switch (end.code) {
    case 'call_busy':
      return { title: m.call_refused_busy({ name }), detail: m.call_refused_busy_detail() };
    case 'call_offline':
      return { title: m.call_refused_offline({ name }), detail: m.call_end_they_see() };
    case 'call_already':
      return { title: m.call_refused_already(), detail: m.call_refused_already_detail() };
    case 'contact_not_allowed':
    case 'forbidden':
      return { title: m.call_refused_not_allowed({ name }), detail: m.call_refused_not_allowed_detail() };
    case 'rate_limited':
      return { title: m.call_refused_often(), detail: m.call_refused_often_detail() };
    case 'offline':
    case 'timeout':
      return { title: m.call_refused_no_server(), detail: m.call_refused_no_server_detail() };
    default:
      return { title: m.call_refused_server(), detail: m.call_refused_server_detail() };
  }
}
