import { AppError } from '../../shared/lib/errors';
import type { Http } from '../../shared/lib/http';
import { upload, type UploadOptions, type UploadSession } from '../../shared/lib/upload';
import type { UserRecord } from '../../shared/wire/types';

export const rename = (http: Http, userId: string, name: string) =>
  http.put<{ message: string; user: UserRecord }>(`/api/user/profile/${userId}`, { name });

export const changePassword = (http: Http, currentPassword: string, newPassword: string) =>
  http.put<{ message: string }>('/api/user/change-password', { currentPassword, newPassword });

/** Resolves to where the picture is to be had. */
export async function setPicture(session: UploadSession, picture: Blob, options: UploadOptions): Promise<string> {
  const form = new FormData();
  form.append('profileImage', new File([picture], `picture.${picture.type.slice('image/'.length)}`, { type: picture.type }));
  const answer = await upload(session, '/api/user/upload-profile-image', form, options);
  if (!isPictured(answer)) throw new AppError('internal');
  return answer.profileImage;
}

export const removePicture = (http: Http) => http.delete<{ message: string; profileImage: null }>('/api/user/upload-profile-image');

function isPictured(answer: unknown): answer is { profileImage: string } {
  return typeof answer === 'object' && answer !== null && 'profileImage' in answer && typeof answer.profileImage === 'string';
}

/** `crates/server/src/doctor/words.rs` has the same. */
export type FindingCode =
  | 'folder_good' | 'folder_new' | 'folder_closed' | 'disk_good' | 'disk_low' | 'disk_full' | 'store_good' | 'store_bad'
  | 'clock_good' | 'clock_wrong' | 'clock_unknown' | 'listen_good' | 'listen_silent' | 'listen_other' | 'only_here' | 'no_tls'
  | 'public_none' | 'public_good' | 'public_silent' | 'public_other'
  | 'certificate_good' | 'certificate_soon' | 'certificate_ended' | 'certificate_early' | 'certificate_name' | 'certificate_odd'
  | 'relay_none' | 'relay_other' | 'relay_udp' | 'relay_udp_bad' | 'relay_tcp' | 'relay_tcp_bad' | 'relay_tls' | 'relay_tls_bad'
  | 'relay_address' | 'relay_private' | 'relay_unsure' | 'livekit_none' | 'livekit_good' | 'livekit_silent' | 'livekit_other'
  | 'livekit_key' | 'livekit_clock' | 'livekit_plain' | 'livekit_webhook' | 'egress_good' | 'egress_none' | 'egress_folder' | 'egress_alone' | 'mail_none';

export interface Finding {
  code: FindingCode;
  state: 'good' | 'note' | 'warning' | 'bad';
  /** Of what: an address, a folder, a number. */
  about: string;
}

export const checkServer = async (http: Http): Promise<Finding[]> => (await http.get<{ findings: Finding[] }>('/api/doctor')).findings;
