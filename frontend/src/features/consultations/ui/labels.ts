import { m } from '../../../shared/i18n';
import { durationText } from '../../../shared/lib/time';
import type { Consultation, DeviceTest, Member, MemberRole, Owner } from '../api';
import type { EndReason } from '../model/view';
import type { Quality } from '../../../shared/media/types';

export const titleOf = ({ title, owner, you }: Pick<Consultation, 'title' | 'owner' | 'you'>): string =>
  title ?? (you.role === 'host' ? m.room_own_title() : m.room_title({ name: owner.name }));

export const isHost = ({ role }: Pick<Member, 'role'>): boolean => role === 'host' || role === 'co_host';

export function roleText(role: MemberRole): string {
  return { host: m.room_role_host, co_host: m.room_role_co_host, member: m.room_role_member, observer: m.room_role_observer }[role]();
}

export function presenceText({ presence, name }: Owner): string {
  return { here: m.room_presence_here, busy: m.room_presence_busy, online: m.room_presence_online, away: m.room_presence_away }[presence]({ name });
}

/** What the queue says of somebody's devices: only what is wrong, or that all is well. */
export function testText({ connection, microphone, camera }: DeviceTest): string {
  const wrong = [
    connection === 'good' ? undefined : connection === 'weak' ? m.room_test_weak() : m.room_test_failed(),
    microphone === 'ok' ? undefined : microphone === 'silent' ? m.room_test_silent() : m.room_test_no_microphone(),
    camera === 'ok' ? undefined : m.room_test_no_camera(),
  ].filter((each) => each !== undefined);
  return wrong.length === 0 ? m.room_test_good() : wrong.join(' · ');
}

export function endText(reason: EndReason, consultation: Consultation): { title: string; text?: string } {
  const name = consultation.owner.name;
  switch (reason) {
    case 'left':
      return { title: m.room_end_left(), ...(consultation.state === 'open' ? { text: m.room_end_left_text() } : {}) };
    case 'removed':
      return { title: m.room_end_removed(), text: m.room_end_removed_text() };
    case 'ended': {
      const { openedAt, endedAt } = consultation;
      return { title: m.room_end_ended(), ...(endedAt ? { text: m.room_end_ended_text({ duration: durationText(Date.parse(endedAt) - Date.parse(openedAt)) }) } : {}) };
    }
    case 'elsewhere':
      return { title: m.room_end_elsewhere(), text: m.room_end_elsewhere_text() };
    case 'full':
      return { title: m.room_end_full(), text: m.room_end_full_text() };
    case 'refused':
      return { title: m.room_end_refused(), text: m.room_end_refused_text() };
    case 'unreachable':
      return { title: m.room_end_unreachable(), text: m.room_end_unreachable_text() };
    case 'not-configured':
      return { title: m.room_end_not_configured(), text: m.room_end_not_configured_text() };
    case 'consent':
      return { title: m.room_record_door() };
    case 'encryption':
      return { title: m.room_end_refused(), text: m.error_consultation_encryption() };
    case 'no-encryption':
      return { title: m.room_end_no_encryption(), text: m.room_encryption_cannot({ name }) };
    case 'not-admitted':
      return { title: m.room_end_not_admitted(), text: m.room_end_not_admitted_text({ name }) };
    case 'lost':
      return { title: m.room_end_lost(), text: m.room_end_lost_text() };
    case 'unsupported':
      return { title: m.room_end_unreachable(), text: m.room_end_unsupported_text() };
  }
}

/** The words of a call between two. */
export function connectionWord(quality: Quality): string | undefined {
  switch (quality) {
    case 'fair':
      return m.room_connection({ quality: m.call_word_fair() });
    case 'weak':
      return m.room_connection({ quality: m.call_word_weak() });
    default:
      return undefined; // good, or not known: nothing to be said
  }
}
