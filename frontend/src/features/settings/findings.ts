import { m } from '../../shared/i18n';
import type { FindingCode } from './api';

interface Words {
  text: (about: { about: string }) => string;
  /** What to do about it. */
  fix?: () => string;
}

/** What a finding is said with. */
export const FINDINGS: Readonly<Record<FindingCode, Words>> = {
  folder_good: { text: m.doctor_folder_good },
  folder_new: { text: m.doctor_folder_new },
  folder_closed: { text: m.doctor_folder_closed, fix: m.doctor_folder_closed_fix },
  disk_good: { text: m.doctor_disk_good },
  disk_low: { text: m.doctor_disk_low, fix: m.doctor_disk_low_fix },
  disk_full: { text: m.doctor_disk_full, fix: m.doctor_disk_full_fix },
  store_good: { text: () => m.doctor_store_good() },
  store_bad: { text: m.doctor_store_bad, fix: m.doctor_store_bad_fix },
  clock_good: { text: m.doctor_clock_good },
  clock_wrong: { text: m.doctor_clock_wrong, fix: m.doctor_clock_wrong_fix },
  clock_unknown: { text: () => m.doctor_clock_unknown() },
  listen_good: { text: m.doctor_listen_good },
  listen_silent: { text: m.doctor_listen_silent, fix: m.doctor_listen_silent_fix },
  listen_other: { text: m.doctor_listen_other, fix: m.doctor_listen_other_fix },
  only_here: { text: () => m.doctor_only_here(), fix: m.doctor_only_here_fix },
  no_tls: { text: m.doctor_no_tls, fix: m.doctor_no_tls_fix },
  public_none: { text: () => m.doctor_public_none(), fix: m.doctor_public_none_fix },
  public_good: { text: m.doctor_public_good },
  public_silent: { text: m.doctor_public_silent, fix: m.doctor_public_silent_fix },
  public_other: { text: m.doctor_public_other, fix: m.doctor_public_other_fix },
  certificate_good: { text: m.doctor_certificate_good },
  certificate_soon: { text: m.doctor_certificate_soon, fix: m.doctor_certificate_soon_fix },
  certificate_ended: { text: () => m.doctor_certificate_ended(), fix: m.doctor_certificate_ended_fix },
  certificate_early: { text: () => m.doctor_certificate_early(), fix: m.doctor_certificate_early_fix },
  certificate_name: { text: m.doctor_certificate_name, fix: m.doctor_certificate_name_fix },
  certificate_odd: { text: () => m.doctor_certificate_odd(), fix: m.doctor_certificate_odd_fix },
  relay_none: { text: () => m.doctor_relay_none(), fix: m.doctor_relay_none_fix },
  relay_other: { text: () => m.doctor_relay_other() },
  relay_udp: { text: m.doctor_relay_udp },
  relay_udp_bad: { text: m.doctor_relay_udp_bad, fix: m.doctor_relay_udp_bad_fix },
  relay_tcp: { text: m.doctor_relay_tcp },
  relay_tcp_bad: { text: m.doctor_relay_tcp_bad, fix: m.doctor_relay_tcp_bad_fix },
  relay_tls: { text: m.doctor_relay_tls },
  relay_tls_bad: { text: m.doctor_relay_tls_bad, fix: m.doctor_relay_tls_bad_fix },
  relay_address: { text: m.doctor_relay_address },
  relay_private: { text: m.doctor_relay_private, fix: m.doctor_relay_private_fix },
  relay_unsure: { text: () => m.doctor_relay_unsure(), fix: m.doctor_relay_unsure_fix },
  livekit_none: { text: () => m.doctor_livekit_none() },
  livekit_good: { text: m.doctor_livekit_good },
  livekit_silent: { text: m.doctor_livekit_silent, fix: m.doctor_livekit_silent_fix },
  livekit_other: { text: m.doctor_livekit_other, fix: m.doctor_livekit_other_fix },
  livekit_key: { text: m.doctor_livekit_key, fix: m.doctor_livekit_key_fix },
  livekit_clock: { text: m.doctor_livekit_clock, fix: m.doctor_livekit_clock_fix },
  livekit_plain: { text: m.doctor_livekit_plain, fix: m.doctor_livekit_plain_fix },
  livekit_webhook: { text: m.doctor_livekit_webhook, fix: m.doctor_livekit_webhook_fix },
  egress_good: { text: m.doctor_egress_good },
  egress_none: { text: m.doctor_egress_none, fix: m.doctor_egress_none_fix },
  egress_folder: { text: m.doctor_egress_folder, fix: m.doctor_egress_folder_fix },
  egress_alone: { text: m.doctor_egress_alone, fix: m.doctor_egress_alone_fix },
  mail_none: { text: () => m.doctor_mail_none() },
};
