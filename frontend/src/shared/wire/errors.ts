/** The codes of docs/protocol.md, and those that only this side knows. */
export type ErrorCode =
  | 'bad_request' | 'too_large' | 'unauthenticated' | 'session_expired' | 'invalid_credentials' | 'not_approved'
  | 'forbidden' | 'sender_mismatch' | 'contact_not_allowed' | 'not_found' | 'email_taken' | 'id_conflict'
  | 'setup_link_invalid' | 'weak_password' | 'rate_limited' | 'unknown_event' | 'busy' | 'storage_full' | 'unavailable'
  | 'internal' | 'call_busy' | 'call_already' | 'call_offline' | 'call_not_found' | 'call_cannot_move' | 'call_cannot_grow' | 'call_too_many_candidates'
  | 'recording_not_possible' | 'recording_conflict'
  | 'not_editable' | 'message_deleted' | 'too_many_changes' | 'upload_not_found' | 'unsupported_type' | 'quota_exceeded'
  | 'consultation_too_early' | 'consultation_ended' | 'consultation_locked' | 'not_admitted' | 'room_full' | 'guest_link_invalid'
  | 'consultation_encryption' | 'consultation_running' | 'key_passed'
  | 'livekit_not_configured' | 'livekit_unreachable'
  | 'offline' | 'timeout';

/** The shape of every error on the wire. */
export interface ErrorBody {
  error: string;
  code: ErrorCode;
  retryAfterMs?: number;
}
