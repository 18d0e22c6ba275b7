import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { m } from '../../../shared/i18n';
import { AppError } from '../../../shared/lib/errors';
import { contactOf, entryOf, OTHER } from '../../../shared/testing/data';
import { expectAccessible } from '../../../shared/testing/render';
import { layOut, rowOf, setUp } from './testing';

beforeEach(layOut);

it('lists who wrote what, finds by name and filters', async () => {
  const clara = contactOf({ _id: '0000000000000000000000dd', name: 'Clara Jensen', role: 1, online: false });
  const { container } = await setUp('/chats', [rowOf()], [clara]);
  const list = screen.getByRole('list', { name: m.chat_list_label() });
  expect(within(list).getAllByRole('link').map((link) => link.textContent)).toEqual([
    expect.stringContaining('Peter Novak'), expect.stringContaining('Clara Jensen'),
  ]);
  expect(within(list).getByText(m.unread_count({ count: 2 }))).toBeInTheDocument();
  await expectAccessible(container);
  await userEvent.click(screen.getByRole('button', { name: m.filter_unread() }));
  expect(within(list).queryByText('Clara Jensen')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: m.filter_all() }));
  await userEvent.type(screen.getByRole('searchbox'), 'clära');
  expect(await within(list).findByText('Clara Jensen')).toBeInTheDocument();
  expect(within(list).queryByText('Peter Novak')).toBeNull();
});

it('moves among conversations with the arrow keys, one tab stop in all', async () => {
  const clara = contactOf({ _id: '0000000000000000000000dd', name: 'Clara Jensen', role: 1 });
  await setUp('/chats', [rowOf()], [clara]);
  const [first, second] = within(screen.getByRole('list', { name: m.chat_list_label() })).getAllByRole('link');
  expect([first?.tabIndex, second?.tabIndex]).toEqual([0, -1]);
  act(() => first?.focus());
  await userEvent.keyboard('{ArrowDown}');
  expect(second).toHaveFocus();
});

it('shows a conversation, sends, marks and lets the person try again', async () => {
  const { container, connection } = await setUp(`/chats/${OTHER}`, [rowOf()]);
  expect(await screen.findByText('the third', { selector: 'ol *' })).toBeVisible();
  expect(screen.getByText(m.new_line())).toBeInTheDocument();
  await expectAccessible(container);

  const box = screen.getByRole('textbox', { name: m.composer_label({ name: 'Peter Novak' }) });
  await userEvent.type(box, 'first line{Shift>}{Enter}{/Shift}second{Enter}');
  expect(box).toHaveValue('');
  const question = connection.asked.find(({ event }) => event === 'send-message');
  expect(question?.payload).toMatchObject({ message: 'first line\nsecond', receiverId: OTHER });
  expect(screen.getAllByRole('img', { name: m.mark_sending() }).length).toBeGreaterThan(0);
  await act(async () => {
    question?.reject(new AppError('contact_not_allowed'));
    await Promise.resolve();
  });
  expect(await screen.findByText(new RegExp(m.error_contact_not_allowed().slice(0, 12)))).toBeVisible();
  await expectAccessible(container);
  await userEvent.click(screen.getByRole('button', { name: m.delete_message() }));
  expect(screen.queryByText(/second/, { selector: 'ol *' })).toBeNull();
});

it('keeps a draft and refuses a text that is too long, in words', async () => {
  const { chat } = await setUp(`/chats/${OTHER}`, [rowOf()]);
  const box = await screen.findByRole('textbox', { name: m.composer_label({ name: 'Peter Novak' }) });
  await userEvent.click(box);
  await userEvent.paste('ä'.repeat(8193));
  expect(screen.getByRole('alert')).toHaveTextContent(m.composer_too_long({ count: 2 }));
  expect(box).toBeInvalid();
  await userEvent.keyboard('{Enter}');
  expect(chat.outbox.items.value).toEqual([]);
  expect(chat.drafts.of(OTHER)).toHaveLength(8193);
});

it('starts calls from the header and from the card of a call', async () => {
  const call = entryOf(3, { kind: 'call', messageType: 'call', call: { callId: 'x', callType: 'audio', outcome: 'missed', durationMs: 0 } });
  const { calls } = await setUp(`/chats/${OTHER}`, [rowOf({ lastEntry: call })]);
  await userEvent.click(await screen.findByRole('button', { name: m.call_video_label({ name: 'Peter Novak' }) }));
  await userEvent.click(screen.getByRole('button', { name: m.call_back() }));
  expect(calls.start.mock.calls).toEqual([[OTHER, 'Peter Novak', 'video'], [OTHER, 'Peter Novak', 'audio']]);
});
