import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { m } from '../../../shared/i18n';
import { AppError } from '../../../shared/lib/errors';
import { userOf } from '../../../shared/testing/data';
import { expectAccessible, renderAt } from '../../../shared/testing/render';
import { Session } from '../model/Session';
import { SessionContext } from '../model/useSession';
import { ExpiredSession } from './ExpiredSession';
import { Register } from './Register';
import { Setup } from './Setup';
import { SignIn } from './SignIn';

function setUp() {
  const api = { create: vi.fn(), renew: vi.fn(), setup: vi.fn(), remove: vi.fn() };
  const session = new Session({ api, hint: { read: () => false, write: () => undefined }, exclusive: (work) => work(), now: () => Date.now() });
  return { api, session };
}
const answer = () => ({ accessToken: 't', expiresAt: new Date(Date.now() + 900_000).toISOString(), user: userOf() });

it('says in plain words why a sign-in was refused, then signs in', async () => {
  const { api, session } = setUp();
  const { container } = await renderAt('/sign-in', <SessionContext value={session}><SignIn /></SessionContext>);
  await expectAccessible(container);
  api.create.mockRejectedValueOnce(new AppError('invalid_credentials')).mockResolvedValueOnce(answer());
  await userEvent.type(screen.getByLabelText(m.field_email()), ' sofia@example.org');
  await userEvent.type(screen.getByLabelText(m.field_password()), 'secret{Enter}');
  expect(await screen.findByText(m.error_invalid_credentials())).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent(m.error_invalid_credentials());
  await userEvent.click(screen.getByRole('button', { name: m.sign_in_submit() }));
  expect(api.create).toHaveBeenLastCalledWith('sofia@example.org', 'secret');
  expect(session.state.value.phase).toBe('signed-in');
});

it('does not send a weak password', async () => {
  const { session } = setUp();
  const fetched = vi.spyOn(globalThis, 'fetch');
  const { container } = await renderAt('/register', <SessionContext value={session}><Register /></SessionContext>);
  await userEvent.type(screen.getByLabelText(m.field_name()), 'Sofia');
  await userEvent.type(screen.getByLabelText(m.field_email()), 'sofia@example.org');
  await userEvent.type(screen.getByLabelText(m.field_password()), 'short{Enter}');
  expect(await screen.findByText(m.error_weak_password())).toBeVisible();
  expect(screen.getByLabelText(m.field_password())).toHaveAccessibleDescription(expect.stringContaining(m.error_weak_password()));
  expect(fetched).not.toHaveBeenCalled();
  await expectAccessible(container);
});

it('takes a dietician’s certificate, and says what is wrong with it', async () => {
  const { session } = setUp();
  const { container } = await renderAt('/register', <SessionContext value={session}><Register /></SessionContext>);
  await userEvent.click(screen.getByLabelText(m.role_dietician()));
  const input = screen.getByLabelText(m.certificate_choose(), { selector: 'input' });
  const pick = (file: File) => fireEvent.change(input, { target: { files: [file] } });
  pick(new File(['PK'], 'diploma.docx'));
  expect(await screen.findByText(m.certificate_wrong_kind())).toBeVisible();
  pick(new File(['%PDF-1.7'], 'diploma.pdf', { type: 'application/pdf' }));
  expect(await screen.findByText('diploma.pdf')).toBeVisible();
  expect(screen.queryByText(m.certificate_wrong_kind())).toBeNull();
  await expectAccessible(container);
  await userEvent.click(screen.getByRole('button', { name: m.attach_remove_short() }));
  expect(screen.queryByText('diploma.pdf')).toBeNull();
  expect(screen.getByRole('button', { name: m.certificate_choose() })).toHaveFocus();
});

it('sets up the first administrator with the token of the address', async () => {
  const { api, session } = setUp();
  window.location.hash = '#once';
  api.setup.mockResolvedValueOnce(answer());
  const { container } = await renderAt('/setup', <SessionContext value={session}><Setup /></SessionContext>);
  await expectAccessible(container);
  await userEvent.type(screen.getByLabelText(m.field_name()), 'Ruth');
  await userEvent.type(screen.getByLabelText(m.field_email()), 'ruth@example.org');
  await userEvent.type(screen.getByLabelText(m.field_password()), 'a long enough one{Enter}');
  await vi.waitFor(() => expect(api.setup).toHaveBeenCalledWith('once', { name: 'Ruth', email: 'ruth@example.org', password: 'a long enough one' }));
  window.location.hash = '';
});

it('takes the same person back after their session ended', async () => {
  const { api, session } = setUp();
  api.create.mockResolvedValue(answer());
  await session.signIn('sofia@example.org', 'x');
  api.renew.mockRejectedValueOnce(new AppError('session_expired'));
  await session.renew().catch(() => undefined);
  const { container } = await renderAt('/chats', <SessionContext value={session}><ExpiredSession email="sofia@example.org" onOtherPerson={() => undefined} /></SessionContext>);
  await expectAccessible(container);
  await userEvent.type(screen.getByLabelText(m.expired_password({ email: 'sofia@example.org' })), 'secret{Enter}');
  await vi.waitFor(() => expect(session.state.value.phase).toBe('signed-in'));
});
