import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { STEPS, task } from '../support/demo-task.js';
import { Dashboard } from './support/dashboard.js';
import { readability } from './support/readability.js';
import { describeWithSetup } from './support/setup.js';

describeWithSetup('The page', (setup) => {
  it('can be used from the keyboard alone', async () => {
    const [older, newer] = [await setup().endedRun('older'), await setup().endedRun('newer')];
    const dashboard = await setup().open();
    await dashboard.row(newer.id).waitFor();
    const { keyboard } = dashboard.page;

    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await dashboard.eventually(() => dashboard.page.evaluate(() => document.activeElement?.id), 'main');
    for (let press = 0; press < 40; press++) {
      await keyboard.press('Tab');
      if (await dashboard.page.evaluate(() => document.activeElement?.className === 'row-link')) break;
    }
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowUp');
    await keyboard.press('Enter');
    await dashboard.page.waitForURL(`**/#/runs/${newer.id}`);
    await dashboard.page.goBack();
    await dashboard.row(newer.id).getByRole('link').focus();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await dashboard.page.waitForURL(`**/#/runs/${older.id}`);

    await dashboard.button('Send event').focus();
    await keyboard.press('Enter');
    await dashboard.dialog.waitFor();
    await keyboard.press('Escape');
    await dashboard.dialog.waitFor({ state: 'detached' });
    await dashboard.eventually(
      () => dashboard.page.evaluate(() => document.activeElement?.textContent),
      'Send event',
    );
  });

  it('follows the system in light and dark, until it is told otherwise', async () => {
    const dashboard = await setup().open('#/runs', { colorScheme: 'dark' });
    const isDark = (): Promise<boolean> =>
      dashboard.page.evaluate(() => {
        const [red = 0] = getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
        return red < 128;
      });
    await dashboard.eventually(isDark, true);

    await dashboard.button('Theme: system. Change to light.').click();
    await dashboard.eventually(isDark, false);
    await dashboard.page.reload();
    await dashboard.button('Theme: light. Change to dark.').click();
    await dashboard.eventually(isDark, true);
    await dashboard.button('Theme: dark. Change to system.').click();
    await dashboard.page.emulateMedia({ colorScheme: 'light' });
    await dashboard.eventually(isDark, false);
  });

  it('says when the server is away, and reads what it missed when it is back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
    const dataFile = join(folder, 'inngest.db');
    let server = await EmbeddedInngest.start({ port: 0, dataFile, logger: false });
    try {
      const dashboard = await Dashboard.open(setup().browser, server.url, '#/events');
      await dashboard.sees('No events yet');

      const port = Number(new URL(server.url).port);
      await server.close();
      await dashboard.sees('Reconnecting');
      server = await EmbeddedInngest.start({ port, dataFile, logger: false });
      // The page has probably not reconnected yet. It reads the missed event when it does.
      await fetch(`${server.url}/e/dev`, { method: 'POST', body: '{"name":"came/meanwhile"}' });
      await dashboard.page.getByText('Live', { exact: true }).waitFor();
      await dashboard.row('came/meanwhile').waitFor();
      await dashboard.close();
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('is readable at %i pixels, %s', async (width, colorScheme) => {
    const { demo } = setup();
    const failed = await setup().endedRun('seen', { simulateFailure: true, failAtStep: STEPS[3] });
    await demo.send(...Array.from({ length: 30 }, (_, index) => task(`held-${index}`, { delayMs: 0 })));
    const viewport = { width, height: 800 };
    const dashboard = await setup().open('#/runs', { viewport, colorScheme });

    const look = async (at: string): Promise<void> => {
      const seen = await dashboard.page.evaluate(readability);
      expect({ at, ...seen }).toEqual({ at, overflow: 0, unreadable: [], covering: [], outside: [] });
    };
    for (const [path, ...dialogs] of [
      ['#/runs?range=custom', 'Send event'],
      [`#/runs/${failed.id}`, 'Edit and send again…'],
      ['#/functions', 'Invoke…'],
      ['#/events'],
      [`#/events/${failed.trigger.eventIds[0]}`],
    ] as const) {
      await dashboard.page.goto(`${demo.server.url}/${path}`);
      await dashboard.page.getByRole('heading', { level: 1 }).waitFor();
      await dashboard.page.locator('.list-row, .part, .function, .json').first().waitFor();
      await look(path);
      for (const name of dialogs) {
        await dashboard.button(name).first().click();
        await dashboard.dialog.getByRole('textbox').last().fill('{"taskId": nobody}');
        await dashboard.sees(/Not JSON/);
        await look(`${path}, ${name}`);
        await dashboard.page.keyboard.press('Escape');
        await dashboard.dialog.waitFor({ state: 'detached' });
      }
    }
  });

  it('has the command of an empty page in full', async () => {
    const dashboard = await setup().open('#/runs', { viewport: { width: 390, height: 800 } });
    await dashboard.sees('Nothing has run yet');

    expect(await dashboard.page.evaluate(readability)).toMatchObject({ overflow: 0, covering: [] });
  });

  it('reads now and then, and shows no activity, where the server tells of neither', async () => {
    const { demo } = setup();
    const dashboard = await setup().open();
    await dashboard.page.route(/\/api\/v2\/(changes|activity)/, (route) =>
      route.fulfill({ status: 404, json: { errors: [{ code: 'not_found', message: 'Not found' }] } }),
    );
    await dashboard.page.reload();
    await dashboard.sees('Every 5 s');
    await dashboard.sees('Nothing has run yet');
    await dashboard.eventually(() => dashboard.page.locator('.strip').count(), 0);

    await demo.send(task('polled'));
    await dashboard.row('Demo Task').waitFor();
    await dashboard.page.unroute(/\/api\/v2\/(changes|activity)/);
    await dashboard.page.getByText('Live', { exact: true }).waitFor();
    await dashboard.page.getByRole('region', { name: /^Flow control/ }).waitFor();
  });

  it('says on a narrow screen too that the server is away', async () => {
    const dashboard = await setup().open('#/runs', { viewport: { width: 390, height: 800 } });
    const connection = dashboard.page.locator('.connection');
    await dashboard.eventually(() => connection.innerText(), 'Live');

    await dashboard.page.route(/\/api\/v2\/changes/, (route) => route.fulfill({ status: 404 }));
    await dashboard.page.reload();
    await dashboard.sees('Every 5 s');
    expect((await connection.boundingBox())?.width).toBe(390);
  });

  it('cannot be used by a page of another origin', async () => {
    const { demo } = setup();
    const run = await setup().endedRun('private');
    const other = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<p>Other</p>'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const context = await setup().browser.newContext();
      const page = await context.newPage();
      await page.goto(addressOf(other));
      const answers = await page.evaluate(
        async ([url, id]) => {
          const attempts = [
            fetch(`${url}/api/v2/runs/${id}/rerun`, { method: 'POST', mode: 'no-cors' }),
            fetch(`${url}/e/dev`, {
              method: 'POST',
              mode: 'no-cors',
              body: '{"name":"demo/task.requested","data":{}}',
            }),
            fetch(`${url}/api/v2/runs`),
          ];
          return (await Promise.allSettled(attempts)).map((attempt) =>
            attempt.status === 'fulfilled' ? attempt.value.type : 'refused',
          );
        },
        [demo.server.url, run.id],
      );
      expect(answers).toEqual(['refused', 'refused', 'refused']);
      expect(await demo.allRuns()).toHaveLength(1);
      await context.close();
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });
});

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
