import type { ErrorCode } from '../wire/errors';
import { m } from './generated/messages.js';

const TEXTS: Partial<Record<ErrorCode, () => string>> = {
  bad_request: m.error_bad_request,
  too_large: m.error_too_large,
  unauthenticated: m.error_session_expired,
  session_expired: m.error_session_expired,
  invalid_credentials: m.error_invalid_credentials,
  not_approved: m.error_not_approved,
  forbidden: m.error_forbidden,
  sender_mismatch: m.error_forbidden,
  contact_not_allowed: m.error_contact_not_allowed,
  not_found: m.error_not_found,
  email_taken: m.error_email_taken,
  id_conflict: m.error_id_conflict,
  setup_link_invalid: m.error_setup_link_invalid,
  weak_password: m.error_weak_password,
  rate_limited: m.error_rate_limited,
  busy: m.error_busy,
  storage_full: m.error_storage_full,
  unavailable: m.error_unavailable,
  call_busy: m.error_call_busy,
  call_already: m.error_call_already,
  call_offline: m.error_call_offline,
  call_cannot_move: m.error_call_cannot_move,
  call_cannot_grow: m.error_call_cannot_grow,
  call_not_found: m.error_call_not_found,
  recording_not_possible: m.error_recording_not_possible,
  recording_conflict: m.error_recording_conflict,
  not_editable: m.error_not_editable,
  message_deleted: m.error_message_deleted,
  too_many_changes: m.error_too_many_changes,
  upload_not_found: m.error_upload_not_found,
  unsupported_type: m.error_unsupported_type,
  quota_exceeded: m.error_quota_exceeded,
  consultation_ended: m.error_consultation_ended,
  consultation_locked: m.error_consultation_locked,
  consultation_too_early: m.error_consultation_too_early,
  guest_link_invalid: m.error_guest_link_invalid,
  livekit_not_configured: m.room_end_not_configured,
  livekit_unreachable: m.error_livekit_unreachable,
  not_admitted: m.room_end_not_admitted,
  room_full: m.room_end_full,
  offline: m.error_offline,
  timeout: m.error_timeout,
};

/** What went wrong and what to do, for the person whom it stopped. */
export function errorText(code: ErrorCode): string {
  return (TEXTS[code] ?? m.error_internal)();
}
