import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { Session, SessionContext } from '../../auth';
import { m } from '../../../shared/i18n';
import { userOf } from '../../../shared/testing/data';
import { expectAccessible, renderAt } from '../../../shared/testing/render';
import { People } from './People';

afterEach(() => {
  vi.restoreAllMocks();
});

it('lets an admin approve who waits, find people, but not lock themselves out', async () => {
  const admin = userOf({ role: 0, name: 'Ruth' });
  const mei = userOf({ _id: '0000000000000000000000ee', name: 'Mei Tanaka', role: 2, active: false });
  const certificate = 'https://chat.example.org/api/uploads/1?expires=9';
  const people = [{ ...admin, online: true }, { ...mei, certificate, online: false }];
  const put = vi.fn();
  vi.spyOn(globalThis, 'fetch').mockImplementation((path, init) => {
    if (init?.method === 'PUT') {
      put(path, init.body);
      if (people[1]) people[1].active = true;
      return Promise.resolve(Response.json({ message: 'ok', user: mei }));
    }
    return Promise.resolve(Response.json({ users: structuredClone(people) }));
  });
  const api = { create: () => Promise.resolve({ accessToken: 't', expiresAt: new Date(Date.now() + 900_000).toISOString(), user: admin }), renew: vi.fn(), setup: vi.fn(), remove: vi.fn() };
  const session = new Session({ api, hint: { read: () => false, write: () => undefined }, exclusive: (work) => work(), now: () => Date.now() });
  await session.signIn('a', 'b');
  const { container } = await renderAt('/people', <SessionContext value={session}><People /></SessionContext>);

  const list = await screen.findByRole('list', { name: m.people_title() });
  await within(list).findByText('Mei Tanaka');
  await expectAccessible(container);
  expect(screen.getByRole('link', { name: m.person_certificate_label({ name: 'Mei Tanaka' }) })).toHaveAttribute('href', '/api/uploads/1?expires=9');
  expect(screen.queryByText(m.person_no_certificate())).toBeNull();
  expect(within(list).getAllByRole('button')).toHaveLength(1);
  await userEvent.click(screen.getByRole('button', { name: m.person_approve_label({ name: 'Mei Tanaka' }) }));
  expect(await screen.findByRole('button', { name: m.person_disable_label({ name: 'Mei Tanaka' }) })).toBeVisible();
  expect(put).toHaveBeenCalledWith(`/api/user/profile/${mei._id}`, JSON.stringify({ active: true }));
  await userEvent.type(screen.getByRole('searchbox'), 'ruth');
  expect(within(list).queryByText('Mei Tanaka')).toBeNull();
});
