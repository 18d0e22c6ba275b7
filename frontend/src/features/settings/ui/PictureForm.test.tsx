import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { Session, SessionContext } from '../../auth';
import { m } from '../../../shared/i18n';
import type { OpenPictures } from '../../../shared/pictures/open';
import { userOf } from '../../../shared/testing/data';
import { expectAccessible, renderAt } from '../../../shared/testing/render';
import { PictureForm } from './PictureForm';

const upload = vi.hoisted(() => vi.fn<(session: unknown, path: string, form: FormData, options: { onProgress?: (part: number) => void; signal?: AbortSignal }) => Promise<unknown>>());
const square = vi.hoisted(() => vi.fn());
const open = vi.hoisted(() => vi.fn<OpenPictures>());
vi.mock('../../../shared/lib/upload', () => ({ upload }));
vi.mock('../../../shared/pictures/open', () => ({ openPicture: open }));

const file = () => new File(['a picture'], 'me.jpg', { type: 'image/jpeg' });

async function shown(profileImage: string | null = null) {
  const user = userOf({ profileImage });
  const api = { create: () => Promise.resolve({ accessToken: 't', expiresAt: new Date(Date.now() + 900_000).toISOString(), user }), renew: vi.fn(), setup: vi.fn(), remove: vi.fn() };
  const session = new Session({ api, hint: { read: () => false, write: () => undefined }, exclusive: (work) => work(), now: () => Date.now() });
  await session.signIn('a', 'b');
  const { container } = await renderAt('/settings', <SessionContext value={session}><main><PictureForm /></main></SessionContext>);
  const pick = (chosen: File) => fireEvent.change(screen.getByLabelText(m.picture_choose(), { selector: 'input' }), { target: { files: [chosen] } });
  return { session, container, pick };
}

beforeEach(() => {
  vi.restoreAllMocks();
  open.mockReset().mockImplementation(() => Promise.resolve({ width: 400, height: 300, url: 'blob:me', encode: vi.fn(), square, close: () => undefined }));
  square.mockReset().mockImplementation((_side, _square, type: string) => Promise.resolve(new Blob(['small'], { type })));
  upload.mockReset();
});

it('cuts a picture, sends it, and shows it', async () => {
  const { session, container, pick } = await shown();
  pick(file());
  expect(await screen.findByAltText(m.picture_preview())).toHaveAttribute('src', 'blob:me');
  fireEvent.change(screen.getByRole('slider', { name: m.picture_part() }), { target: { value: '100' } });
  await expectAccessible(container);
  upload.mockImplementation((_session, _path, _form, { onProgress }) => {
    onProgress?.(0.5);
    return Promise.resolve({ message: 'ok', profileImage: '/api/uploads/1?expires=9' });
  });
  await userEvent.click(screen.getByRole('button', { name: m.picture_save() }));
  expect(await screen.findByText(m.picture_saved())).toBeVisible();
  expect(square).toHaveBeenCalledWith(512, { fit: 'fill', at: 1 }, 'image/jpeg', expect.any(Number));
  const [, path, form] = upload.mock.calls[0] ?? [];
  expect(path).toBe('/api/user/upload-profile-image');
  expect(form?.get('profileImage')).toMatchObject({ name: 'picture.jpeg', type: 'image/jpeg' });
  expect(session.user?.profileImage).toBe('/api/uploads/1?expires=9');
  expect(screen.getByRole('button', { name: m.picture_change() })).toHaveFocus();
});

it('says why a picture is not taken, and keeps what was chosen when sending failed', async () => {
  const { AppError } = await import('../../../shared/lib/errors');
  const { pick } = await shown();
  open.mockRejectedValueOnce(new Error('unknown format'));
  pick(file());
  expect(await screen.findByText(m.picture_unreadable())).toBeVisible();
  pick(file());
  await userEvent.click(await screen.findByLabelText(m.picture_whole()));
  expect(screen.queryByRole('slider')).toBeNull();
  upload.mockRejectedValueOnce(new AppError('offline'));
  await userEvent.click(screen.getByRole('button', { name: m.picture_save() }));
  expect(await screen.findByText(m.error_offline())).toBeVisible();
  expect(square).toHaveBeenCalledWith(512, { fit: 'whole', at: 0.5 }, 'image/webp', expect.any(Number));
  await userEvent.click(screen.getByRole('button', { name: m.cancel() }));
  expect(screen.queryByAltText(m.picture_preview())).toBeNull();
});

it('gives up what is being sent', async () => {
  const { session, pick } = await shown();
  let signal: AbortSignal | undefined;
  upload.mockImplementation((_session, _path, _form, options) => {
    signal = options.signal;
    return new Promise((_, failed) => signal?.addEventListener('abort', () => failed(new DOMException('', 'AbortError'))));
  });
  pick(file());
  await userEvent.click(await screen.findByRole('button', { name: m.picture_save() }));
  expect(await screen.findByRole('progressbar', { name: m.picture_sending() })).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: m.cancel() }));
  expect(signal?.aborted).toBe(true);
  expect(session.user?.profileImage).toBeNull();
  expect(screen.queryByRole('alert')).toHaveTextContent('');
});

it('takes a picture away', async () => {
  const { session } = await shown('/api/uploads/1?expires=9');
  const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(Response.json({ message: 'ok', profileImage: null })));
  await userEvent.click(screen.getByRole('button', { name: m.picture_remove() }));
  expect(await screen.findByText(m.picture_removed())).toBeVisible();
  expect(fetched).toHaveBeenCalledWith('/api/user/upload-profile-image', expect.objectContaining({ method: 'DELETE' }));
  expect(session.user?.profileImage).toBeNull();
});
