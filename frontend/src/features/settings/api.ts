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
