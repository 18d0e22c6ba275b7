import { expect, test } from '@playwright/test';
import { createHash } from 'node:crypto';
import { Server } from '../server.js';
import { pictures } from './gallery.js';

test('a device that does not trust the practice yet is shown how', async ({ page }) => {
  test.setTimeout(60_000);
  const listen = ['https=127.0.0.1:0', 'redirect=127.0.0.1:0'].flatMap((one) => ['--listen', one]);
  const server = await Server.start({}, ...listen, '--tls', 'lan');
  await page.goto(server.url('redirect'));
  await expect(page).toHaveURL(/\/trust$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Let this device trust the practice' })).toBeVisible();

  const certificate = await page.request.get(`${server.url('redirect')}/api/trust/moodbites.crt`);
  const digest = createHash('sha256').update(await certificate.body()).digest('hex').toUpperCase();
  await expect(page.getByText(digest.match(/../g)!.join(' '))).toBeVisible();
  await expect(page.getByRole('link', { name: 'Download the certificate' })).toHaveAttribute('href', '/api/trust/moodbites.crt');
  await expect(page.getByRole('img', { name: `QR code of ${server.url('redirect')}/trust` })).toBeVisible();
  await page.getByText('iPhone and iPad').click();
  await expect(page.getByText(/Certificate Trust Settings/)).toBeVisible();
  await pictures(page, 'trust');
  await server.stop();
});
