import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { m } from '../../../shared/i18n';
import { AppError } from '../../../shared/lib/errors';
import { entryOf, ME, OTHER } from '../../../shared/testing/data';
import type { FakeConnection } from '../../../shared/testing/FakeConnection';
import { expectAccessible } from '../../../shared/testing/render';
import { layOut, rowOf, setUp } from './testing';

const now = new Date().toISOString();
const mine = entryOf(3, { senderId: ME, message: 'two carots', createdAt: now });
const theirs = entryOf(3, { message: 'how many?', createdAt: now });
const field = () => screen.getByRole('textbox', { name: m.composer_label({ name: 'Peter Novak' }) });
const list = () => within(screen.getByRole('region', { name: m.messages_label() }));
const asked = (connection: FakeConnection, event: string) => connection.asked.find((each) => each.event === event)?.payload;

async function openMenu(own: boolean): Promise<void> {
  const buttons = await screen.findAllByRole('button', { name: own ? m.message_menu_own() : m.message_menu({ name: 'Peter Novak' }) });
  await userEvent.click(buttons.at(-1) as HTMLElement);
}

beforeEach(layOut);

it('edits an own message in the field, and keeps the draft that was there', async () => {
  const { connection, chat, container } = await setUp(`/chats/${OTHER}`, [rowOf({ lastEntry: mine })]);
  await userEvent.type(field(), 'a draft');
  await openMenu(true);
  await expectAccessible(container);
  await userEvent.click(screen.getByRole('button', { name: m.edit() }));
  await waitFor(() => expect(field()).toHaveFocus());
  expect(field()).toHaveValue('two carots');
  await userEvent.clear(field());
  await userEvent.type(field(), 'two carrots{Enter}');
  expect(asked(connection, 'edit-message')).toMatchObject({ messageId: 'e3', message: 'two carrots' });
  expect(list().getByText('two carrots')).toBeVisible();
  expect(list().getAllByText(m.message_edited()).length).toBeGreaterThan(0);
  expect(field()).toHaveValue('a draft');
  expect(chat.drafts.of(OTHER)).toBe('a draft');
});

it('gives up an edit by Escape, and begins one by the arrow key in an empty field', async () => {
  const { connection } = await setUp(`/chats/${OTHER}`, [rowOf({ lastEntry: mine })]);
  await list().findByText('two carots');
  await userEvent.click(field());
  await userEvent.keyboard('{ArrowUp}');
  expect(field()).toHaveValue('two carots');
  await userEvent.keyboard('!{Escape}');
  expect(field()).toHaveValue('');
  expect(asked(connection, 'edit-message')).toBeUndefined();
});

it('deletes for everyone once it is confirmed, and says it where that was refused', async () => {
  const { connection, container } = await setUp(`/chats/${OTHER}`, [rowOf({ lastEntry: mine })]);
  await openMenu(true);
  await userEvent.click(screen.getByRole('button', { name: m.delete_for_everyone() }));
  expect(asked(connection, 'delete-message')).toBeUndefined();
  await userEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: m.delete_for_everyone_confirm() }));
  expect(asked(connection, 'delete-message')).toMatchObject({ messageId: 'e3' });
  expect(list().getByText(m.message_deleted())).toBeVisible();
  await expectAccessible(container);
  await act(async () => {
    connection.asked.find(({ event }) => event === 'delete-message')?.reject(new AppError('forbidden'));
    await Promise.resolve();
  });
  expect(await screen.findByText(new RegExp(m.change_failed()))).toBeVisible();
  expect(list().getByText('two carots')).toBeVisible();
});

it('reacts with one of a few, with any that is typed, and takes it back', async () => {
  const { connection, container } = await setUp(`/chats/${OTHER}`, [rowOf({ lastEntry: theirs })]);
  await openMenu(false);
  await userEvent.click(screen.getByRole('button', { name: '👍' }));
  expect(asked(connection, 'react')).toMatchObject({ messageId: 'e3', reaction: '👍' });
  await act(() => connection.answer('react', entryOf(4, { kind: 'reaction', senderId: ME, targetSeq: 3, target: 'e3', reaction: '👍' })).then(() => undefined));
  const chip = await screen.findByRole('button', { name: m.reaction_by({ reaction: '👍', names: m.quote_you() }) });
  await expectAccessible(container);
  await userEvent.click(chip);
  await waitFor(() => expect(asked(connection, 'react')).toMatchObject({ reaction: null }));
  await openMenu(false);
  await userEvent.click(screen.getByRole('button', { name: m.react_more() }));
  await userEvent.type(screen.getByLabelText(m.react_any()), '🥨');
  expect(screen.getByRole('button', { name: m.reaction_by({ reaction: '🥨', names: m.quote_you() }) })).toBeVisible();
});

it('answers with a quote, which leads to what it quotes', async () => {
  const quoted = { seq: 2, messageId: 'e2', senderId: ME, messageType: 'text' as const, message: 'message 2' };
  const { connection, chat } = await setUp(`/chats/${OTHER}`, [rowOf({ lastEntry: { ...theirs, replyTo: quoted } })]);
  await openMenu(false);
  await userEvent.click(screen.getByRole('button', { name: m.reply() }));
  expect(screen.getByRole('group', { name: m.replying_to({ name: 'Peter Novak' }) })).toHaveTextContent('how many?');
  await userEvent.type(field(), 'Three.{Enter}');
  expect(asked(connection, 'send-message')).toMatchObject({ message: 'Three.', replyTo: 'e3' });
  expect(screen.queryByRole('group', { name: m.replying_to({ name: 'Peter Novak' }) })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: m.quote_label({ name: m.quote_you(), text: 'message 2' }) }));
  expect(chat.room(OTHER)?.spot).toEqual({ seq: 2 });
  await userEvent.click(await screen.findByRole('button', { name: m.jump_back() }).catch(() => document.body));
});

it('offers no change of what another wrote', async () => {
  await setUp(`/chats/${OTHER}`, [rowOf({ lastEntry: theirs })]);
  await openMenu(false);
  expect(screen.queryByRole('button', { name: m.edit() })).toBeNull();
  expect(screen.queryByRole('button', { name: m.delete_for_everyone() })).toBeNull();
});

it('searches one conversation, from the newest that fits to older ones', async () => {
  const { api, chat, container } = await setUp(`/chats/${OTHER}`, [rowOf()]);
  await list().findByText('the third');
  api.search.mockResolvedValue({ results: [entryOf(3), entryOf(1)], next: null });
  await userEvent.keyboard('{Control>}f{/Control}');
  const box = screen.getByRole('searchbox', { name: m.search_in({ name: 'Peter Novak' }) });
  await userEvent.type(box, 'message');
  expect(await screen.findByText(m.search_position({ at: 1, count: 2 }))).toBeVisible();
  await waitFor(() => expect(chat.room(OTHER)?.spot).toEqual({ seq: 3 }));
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(chat.room(OTHER)?.spot).toEqual({ seq: 1 }));
  await expectAccessible(container);
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('searchbox', { name: m.search_in({ name: 'Peter Novak' }) })).toBeNull();
});

it('searches all conversations beside the names of people', async () => {
  const { api, container } = await setUp('/chats', [rowOf()]);
  api.search.mockResolvedValue({ results: [entryOf(2, { message: 'red lentils' })], next: null });
  await userEvent.type(screen.getByRole('searchbox', { name: m.chat_search() }), 'lentils');
  const found = await screen.findByRole('link', { name: /red lentils/ });
  expect(found).toHaveAttribute('href', `/chats/${OTHER}`);
  await expectAccessible(container);
});
