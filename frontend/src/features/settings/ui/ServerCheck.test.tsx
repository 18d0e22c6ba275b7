import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { Session, SessionContext } from '../../auth';
import { m } from '../../../shared/i18n';
import { userOf } from '../../../shared/testing/data';
import { expectAccessible, renderAt } from '../../../shared/testing/render';
import { ServerCheck } from './ServerCheck';

afterEach(() => {
  vi.restoreAllMocks();
});

it('shows what is wrong first, with what to do about it', async () => {
  const findings = [
    { code: 'store_good', state: 'good', about: '' },
    { code: 'relay_private', state: 'warning', about: '10.0.0.7' },
    { code: 'from_a_later_version', state: 'bad', about: '' },
    { code: 'certificate_ended', state: 'bad', about: '' },
  ];
  vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(Response.json({ findings })));
  const user = userOf({ role: 0 });
  const api = { create: () => Promise.resolve({ accessToken: 't', expiresAt: new Date(Date.now() + 900_000).toISOString(), user }), renew: vi.fn(), setup: vi.fn(), remove: vi.fn() };
  const session = new Session({ api, hint: { read: () => false, write: () => undefined }, exclusive: (work) => work(), now: () => Date.now() });
  await session.signIn('a', 'b');
  const { container } = await renderAt('/', <SessionContext value={session}><ServerCheck /></SessionContext>);

  expect(fetch).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: m.doctor_start() }));
  const rows = within(await screen.findByRole('list', { name: m.doctor_results() })).getAllByRole('listitem');
  expect(rows.map((row) => row.querySelector('p')?.textContent)).toEqual([
    m.doctor_certificate_ended(), m.doctor_relay_private({ about: '10.0.0.7' }), m.doctor_store_good(),
  ]);
  expect(within(rows[0] as HTMLElement).getByRole('img', { name: m.doctor_state_bad() })).toBeVisible();
  expect(rows[1]).toHaveTextContent(m.doctor_relay_private_fix());
  expect(screen.getByRole('status')).toHaveTextContent(m.doctor_sum_bad());
  await expectAccessible(container);
});
