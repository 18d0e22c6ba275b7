import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MantineProvider } from '@mantine/core';
import { beforeEach, expect, it, vi } from 'vitest';
import { m } from '../../../shared/i18n';
import { contactOf, entryOf, ME, OTHER } from '../../../shared/testing/data';
import { FakeConnection } from '../../../shared/testing/FakeConnection';
import { expectAccessible } from '../../../shared/testing/render';
import { ChatStore } from '../model/ChatStore';
import { ChatContext } from '../model/context';
import type { Upload } from '../model/outbox/outgoing';
import { emptyRoom } from '../model/room';
import { rowsOf } from '../model/rows';
import { Gallery } from './Gallery';
import { MediaRow, type MediaRowData } from './MediaRow';
import { PreviewSheet } from './PreviewSheet';
import { Tray } from './Tray';

beforeEach(() => {
  let made = 0;
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => `blob:${(made += 1)}`, revokeObjectURL: () => undefined }));
});

function chatOf(upload?: Upload, entries: () => Promise<unknown> = () => new Promise<never>(() => undefined)): ChatStore {
  const connection = new FakeConnection();
  connection.phase.set('online');
  const api = { inbox: () => new Promise<never>(() => undefined), entries } as never;
  return new ChatStore({ userId: ME, connection, api, ...(upload ? { upload } : {}) });
}

const mediaRows = (rows: ReturnType<typeof rowsOf>) => rows.filter((row): row is MediaRowData => row.type === 'file');

/** Rows of what was received. */
function received(...parts: Parameters<typeof entryOf>[1][]): MediaRowData[] {
  return mediaRows(rowsOf({ ...emptyRoom(contactOf()), log: parts.map((part, index) => entryOf(index + 1, part)) }, [], ME));
}

const show = (chat: ChatStore, children: React.ReactNode) =>
  render(<MantineProvider env="test"><ChatContext value={chat}><main>{children}</main></ChatContext></MantineProvider>);

const picture = { messageType: 'image', message: '', fileUrl: 'http://elsewhere.example/a.jpg?s=1', thumbnailUrl: 'http://elsewhere.example/t.jpg', fileName: 'a.jpg', width: 800, height: 400 } as const;

it('shows a picture, a file and a voice note, each with what can be done', async () => {
  const rows = received(
    picture,
    { messageType: 'file', message: 'as you asked', fileUrl: '/f', fileName: 'report.pdf', fileSize: 1_572_864, fileType: 'application/pdf' },
    { messageType: 'audio', message: '', audioUrl: '/v', audioDuration: 32, waveform: [10, 90] },
  );
  const { container } = show(chatOf(), rows.map((row) => <MediaRow key={row.key} row={row} name="Amara" />));
  const image = container.querySelector('img');
  // Its room is there before it is, and it comes from where the page came from.
  expect(image).toHaveAttribute('src', '/t.jpg');
  expect(image?.parentElement?.parentElement).toHaveStyle({ width: '320px' });
  expect(screen.getByRole('link', { name: m.file_download_label({ name: 'report.pdf' }) })).toHaveAttribute('href', '/f');
  expect(screen.getByText('as you asked')).toBeVisible();
  const note = screen.getByRole('group', { name: m.voice_note_by({ name: 'Amara' }) });
  expect(within(note).getByRole('slider')).toHaveAttribute('aria-valuetext', m.voice_position_text({ at: '0:00', of: '0:32' }));
  expect(within(note).getByText(m.voice_not_played())).toBeInTheDocument();
  await expectAccessible(container);
});

it('gets a new address where the one it has has run out', async () => {
  const old = { ...picture, fileUrl: '/a?expires=1', thumbnailUrl: '/t?expires=1' };
  const entries = vi.fn(() => Promise.resolve({ entries: [entryOf(1, { ...old, fileUrl: '/a?expires=9999999999', thumbnailUrl: '/t?expires=9999999999' })] }));
  const [row] = received(old);
  if (!row) throw new Error('no row');
  const { container } = show(chatOf(undefined, entries), <MediaRow row={row} name="Amara" />);
  await vi.waitFor(() => expect(container.querySelector('img')).toHaveAttribute('src', '/t?expires=9999999999'));
  expect(entries).toHaveBeenCalledOnce();
});

it('shows what is on its way, and lets it be given up', async () => {
  const chat = chatOf(() => new Promise(() => undefined));
  act(() => void chat.sendFile(OTHER, { kind: 'file', blob: new Blob(['x']), name: 'a.pdf', type: 'application/pdf', caption: 'mine' }));
  const row = () => mediaRows(rowsOf(emptyRoom(contactOf()), chat.outbox.items.value, ME));
  const [first] = row();
  if (!first?.outgoing) throw new Error('nothing is on its way');
  const page = show(chat, <MediaRow row={first} name="Amara" />);
  expect(screen.getByRole('progressbar', { name: m.attach_uploading({ name: 'a.pdf' }) })).toBeInTheDocument();
  expect(screen.queryByRole('link')).toBeNull();
  const failed: MediaRowData = { ...first, mark: 'failed', outgoing: { ...first.outgoing, state: 'failed', code: 'too_large' } };
  page.rerender(<MantineProvider env="test"><ChatContext value={chat}><main><MediaRow row={failed} name="Amara" /></main></ChatContext></MantineProvider>);
  expect(screen.queryByRole('progressbar')).toBeNull();
  page.rerender(<MantineProvider env="test"><ChatContext value={chat}><main><MediaRow row={first} name="Amara" /></main></ChatContext></MantineProvider>);
  await userEvent.click(screen.getByRole('button', { name: m.attach_cancel({ name: 'a.pdf' }) }));
  expect(row()).toEqual([]);
});

it('turns from picture to picture by keys, and closes by Escape', async () => {
  const rows = received({ ...picture, message: 'first' }, { ...picture, message: 'second' }, { ...picture, message: 'third' });
  const close = vi.fn();
  show(chatOf(), <Gallery pictures={rows} start={rows[1]?.key ?? ''} otherName="Amara" onClose={close} />);
  const dialog = screen.getByRole('dialog', { name: m.gallery_label() });
  expect(within(dialog).getByText(m.gallery_position({ position: 2, count: 3 }))).toBeInTheDocument();
  await vi.waitFor(() => expect(within(dialog).getByRole('button', { name: m.close() })).toHaveFocus());
  await userEvent.keyboard('{ArrowRight}');
  expect(within(dialog).getByRole('img', { name: 'third' })).toBeInTheDocument();
  expect(within(dialog).queryByRole('button', { name: m.gallery_next() })).toBeNull();
  await userEvent.keyboard('{Home}');
  expect(within(dialog).getByRole('img', { name: 'first' })).toBeInTheDocument();
  expect(within(dialog).getByRole('link', { name: m.file_download() })).toHaveAttribute('download', 'a.jpg');
  await expectAccessible(document.body);
  await userEvent.keyboard('{Escape}');
  expect(close).toHaveBeenCalledOnce();
});

it('shows what was picked, takes words, and says what can’t be sent', async () => {
  const tray = new Tray(() => Promise.reject(new Error('unknown format')));
  const send = vi.fn();
  tray.add([new File(['x'], 'a.txt', { type: 'text/plain' }), new File(['x'], 'b.heic', { type: 'image/heic' })]);
  await act(() => vi.waitFor(() => expect(tray.state.value.items.every(({ state }) => state.is !== 'preparing')).toBe(true)));
  show(chatOf(), <PreviewSheet tray={tray} name="Amara" onPick={() => undefined} onSend={send} />);
  const caption = screen.getByRole('textbox', { name: m.attach_caption_label({ name: 'a.txt' }) });
  await userEvent.type(caption, 'my notes');
  expect(screen.getByRole('alert')).toHaveTextContent(m.attach_refused({ count: 1 }));
  await expectAccessible(document.body);
  await userEvent.keyboard('{Enter}');
  expect(send).toHaveBeenCalledOnce();
  expect(tray.state.value.items[0]?.caption).toBe('my notes');
  await userEvent.click(screen.getByRole('button', { name: m.attach_item({ name: 'b.heic', position: 2, count: 2 }) }));
  expect(screen.getByText(m.attach_unreadable_picture())).toBeVisible();
  await userEvent.keyboard('{Escape}');
  expect(tray.state.value.items).toEqual([]);
});
