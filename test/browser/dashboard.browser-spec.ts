import { deepStrictEqual } from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { startDemoTasks, STEPS, task } from '../support/demo-task.js';
import type { InngestHarness, Run } from '../support/inngest-harness.js';
import { describeInChromium } from './support/chromium.js';
import { Dashboard } from './support/dashboard.js';

/** Fails twice at step 4, then succeeds. */
const RECOVERS = { simulateFailure: true, failAttempts: 2, delayMs: 0 };

describeInChromium('The dashboard', (launch) => {
  let browser: Browser;
  let demo: InngestHarness;
  const opened: Dashboard[] = [];

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    demo = await startDemoTasks();
  });

  afterEach(async () => {
    const complaints = opened.flatMap((dashboard) => dashboard.complaints);
    await Promise.all(opened.splice(0).map((dashboard) => dashboard.close()));
    await demo.close();
    deepStrictEqual(complaints, []);
  });

  async function open(path?: string, options?: BrowserContextOptions): Promise<Dashboard> {
    const dashboard = await Dashboard.open(browser, demo.server.url, path, options);
    opened.push(dashboard);
    return dashboard;
  }

  /** Lets time pass until the run of an event waits for its n-th retry. */
  async function untilRetry(eventId: string | undefined, attempt: number): Promise<Run> {
    await demo.until(async () => (await demo.run(eventId)).waiting?.attempt === attempt);
    return demo.run(eventId);
  }

  async function endedRun(taskId: string, data: object = { delayMs: 0 }): Promise<Run> {
    const [eventId] = await demo.send(task(taskId, data as Record<string, unknown>));
    return demo.ended(eventId);
  }

  it('teaches the first step while nothing has run', async () => {
    const dashboard = await open();

    await dashboard.sees('Nothing has run yet');
    await dashboard.sees(`curl -X POST ${demo.server.url}/e/dev`);
    await dashboard.sees('"name":"demo/task.requested"');
    expect(await dashboard.page.title()).toContain('Inngest');
  });

  it('sends a task, shows it fail at step 4, wait for its retries, and recover', async () => {
    const dashboard = await open();

    await dashboard.button('Send event').click();
    const { dialog } = dashboard;
    await dialog.getByLabel('Name').waitFor();
    await dashboard.eventually(() => dialog.getByLabel('Name').inputValue(), 'demo/task.requested');
    await dialog.getByLabel('Data').fill(JSON.stringify({ taskId: 'shown', ...RECOVERS }));
    await dialog.getByRole('button', { name: 'Send', exact: true }).click();
    const run = dialog.getByRole('status', { name: 'What it led to' }).getByRole('link').last();
    const runId = await run.innerText();
    const eventId = (await demo.allRuns())[0]?.trigger.eventIds[0];
    await run.click();
    await dashboard.page.waitForURL(`**/#/runs/${runId}`);

    await untilRetry(eventId, 1);
    await dashboard.sees(/Waiting for its retry until .*, the 2nd of 6 attempts/);
    await dashboard.eventually(() => dashboard.segments('step-4-simulate-api-call'), ['failed', 'retry']);
    await dashboard.sees(/SimulatedFailureError/);

    await untilRetry(eventId, 2);
    await dashboard.sees(/the 3rd of 6 attempts/);
    await demo.ended(eventId);
    await dashboard.page.locator('.run-title').getByText('Completed').waitFor();
    await dashboard.eventually(
      () => dashboard.segments('step-4-simulate-api-call'),
      ['failed', 'retry', 'failed', 'retry', 'done'],
    );
  });

  it('draws a waterfall in the order of time, attempt by attempt, with what was memoized', async () => {
    const run = await endedRun('drawn', RECOVERS);
    const dashboard = await open(`#/runs/${run.id}`);
    const waterfall = dashboard.page.getByRole('region', { name: 'Waterfall' });

    await dashboard.part('Run').waitFor();
    expect(await waterfall.locator('.part-text').allInnerTexts()).toEqual(['Run', ...STEPS]);
    const lefts = await waterfall
      .locator('.part .segment:first-of-type')
      .evaluateAll((all) => all.map((segment) => segment.getBoundingClientRect().left));
    expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));

    await dashboard.part('step-1-initialize').click();
    await dashboard.sees(/Memoized: 2 later calls passed this step/);
    expect(await dashboard.part('step-1-initialize').locator('.mark').count()).toBe(2);
    expect(await dashboard.part('step-5-finalize').locator('.mark').count()).toBe(0);

    await dashboard.part('step-4-simulate-api-call').click();
    const details = dashboard.page.getByRole('region', { name: 'Details of step-4-simulate-api-call' });
    await details.getByText('1st attempt').click();
    await details
      .getByText(/SimulatedFailureError: /)
      .first()
      .waitFor();
    expect(await details.getByLabel('Stack').first().innerText()).toContain('failure-simulator');
    expect(await details.getByText(/^\d\w\w attempt$/).count()).toBe(3);
    expect(dashboard.page.url()).toContain('step=');
  });

  it('shows what is under the pointer and what has the focus', async () => {
    const run = await endedRun('hovered', RECOVERS);
    const dashboard = await open(`#/runs/${run.id}`);
    const tip = dashboard.page.getByRole('tooltip');

    await dashboard.part('step-4-simulate-api-call').locator('[data-kind=retry]').first().hover();
    expect(await tip.innerText()).toMatch(/Waiting for its retry · 1\.\d\d s/);

    await dashboard.part('Run').focus();
    await dashboard.page.keyboard.press('ArrowDown');
    await dashboard.page.keyboard.press('ArrowDown');
    expect(await tip.innerText()).toMatch(/step-2-process/);
    await dashboard.page.keyboard.press('Enter');
    await dashboard.page.getByRole('region', { name: 'Details of step-2-process' }).waitFor();
  });

  it('shows runs as they come and go on, without a reload', async () => {
    const dashboard = await open();
    await dashboard.sees('Nothing has run yet');

    const [eventId] = await demo.send(task('live', RECOVERS));
    await dashboard.row('Demo Task').first().waitFor();
    await untilRetry(eventId, 1);
    await dashboard
      .row('Demo Task')
      .getByText(/Waiting for its retry/)
      .waitFor();
    await demo.ended(eventId);
    await dashboard.row('Demo Task').getByText('Completed').waitFor();
    await dashboard.eventually(
      () => dashboard.row('Demo Task').locator('.cell-attempts').innerText(),
      '3 of 6',
    );
  });

  it('filters by status, function, event, time and text, and by an expression', async () => {
    await endedRun('apple');
    await endedRun('pear', { simulateFailure: true, failAtStep: STEPS[1] });
    const dashboard = await open();
    const rows = dashboard.runs.getByRole('row');
    const listed = async (): Promise<string[]> =>
      (await rows.locator('.row-link').allInnerTexts()).toSorted((a, b) => a.localeCompare(b));
    const ALL = ['Demo Task', 'Demo Task', 'Demo Task (failure)'];
    await dashboard.eventually(listed, ALL);

    await dashboard.button('Failed').click();
    await dashboard.eventually(listed, ['Demo Task']);
    expect(dashboard.page.url()).toContain('status=FAILED');
    await dashboard.button('Failed').click();
    await dashboard.eventually(listed, ALL);

    await dashboard.page.getByLabel('Function').selectOption({ label: 'Demo Task (failure)' });
    await dashboard.eventually(listed, ['Demo Task (failure)']);
    await dashboard.page.getByLabel('Function').selectOption({ label: 'All functions' });
    await dashboard.page.getByLabel('Event').selectOption('inngest/function.failed');
    await dashboard.eventually(listed, ['Demo Task (failure)']);
    await dashboard.page.getByLabel('Event').selectOption('');

    await dashboard.page.getByLabel('Search').fill('event.data.taskId == "apple"');
    await dashboard.eventually(listed, ['Demo Task']);
    await dashboard.page.getByLabel('Search').fill('event.data.taskId ==');
    await dashboard.sees(/"search" is not an expression/);
    await dashboard.page.getByLabel('Search').fill('APPLE');
    await dashboard.eventually(listed, ['Demo Task']);

    await demo.advance(2 * 60 * 60 * 1_000);
    await dashboard.page.getByLabel('Search').fill('');
    await dashboard.eventually(listed, ALL);
    await dashboard.page.getByLabel('Time').selectOption({ label: 'Last hour' });
    await dashboard.sees('No run fits these filters');
    await dashboard.button('Clear the filters').click();
    await dashboard.eventually(listed, ALL);
  });

  it('sorts by duration and priority, by the header and from the keyboard', async () => {
    await endedRun('short', { delayMs: 10, priority: 600 });
    await endedRun('long', { delayMs: 60_000 });
    const dashboard = await open();
    const durations = (): Promise<string[]> => dashboard.runs.locator('.cell-duration').allInnerTexts();
    await dashboard.eventually(durations, ['1 m', '10 ms']);

    await dashboard.page.getByRole('columnheader').getByText('Duration').focus();
    await dashboard.page.keyboard.press('Enter');
    await dashboard.eventually(durations, ['1 m', '10 ms']);
    await dashboard.page.keyboard.press('Enter');
    await dashboard.eventually(durations, ['10 ms', '1 m']);

    await dashboard.page.getByLabel('Order').selectOption({ label: 'Highest priority first' });
    await dashboard.eventually(() => dashboard.runs.locator('.cell-priority').allInnerTexts(), ['600', '0']);
  });

  it('replays a run past its idempotency, and names the original', async () => {
    const run = await endedRun('again');
    const dashboard = await open(`#/runs/${run.id}`);

    await dashboard.button('Replay').click();
    await dashboard.page.waitForURL((url) => /#\/runs\/\w{26}$/.test(url.hash) && !url.hash.endsWith(run.id));
    await dashboard.page.getByText('Replay of').waitFor();
    await demo.allEnded();
    await dashboard.page.locator('.run-title').getByText('Completed').waitFor();

    await dashboard.page.getByRole('link', { name: run.id }).click();
    await dashboard.page.waitForURL(`**/#/runs/${run.id}`);
  });

  it('sends a payload again, edited, and says why a duplicate runs nothing', async () => {
    const run = await endedRun('once');
    const dashboard = await open(`#/runs/${run.id}`);
    const outcome = dashboard.dialog.getByRole('status', { name: 'What it led to' });

    await dashboard.button('Edit and send again…').click();
    await dashboard.dialog.getByRole('button', { name: 'Send', exact: true }).click();
    await outcome.getByText(/duplicate of run/).waitFor();
    expect(await outcome.getByRole('link').allInnerTexts()).toContain(run.id);

    await dashboard.dialog.getByLabel('Data').fill('{"taskId": "once", "force": true, "delayMs": 0}');
    await dashboard.dialog.getByRole('button', { name: 'Send again' }).click();
    await outcome.getByText('Demo Task').waitFor();
    await demo.allEnded();
    await outcome.getByText('Completed').waitFor();
  });

  it('cancels a run after asking', async () => {
    const [eventId] = await demo.send(task('stopped', RECOVERS));
    const run = await untilRetry(eventId, 1);
    const dashboard = await open(`#/runs/${run.id}`);

    await dashboard.button('Cancel run').click();
    await dashboard.button('Keep it').click();
    expect((await demo.run(eventId)).status).toBe('RUNNING');

    await dashboard.button('Cancel run').click();
    await dashboard.button('Cancel the run').click();
    await dashboard.page.locator('.run-title .status').getByText('Cancelled').waitFor();
    await dashboard.sees('cancelled by a request');
    await dashboard.eventually(() => dashboard.button('Cancel run').count(), 0);
    expect((await demo.run(eventId)).status).toBe('CANCELLED');
  });

  it('invokes a function with a sample, and points at bad JSON', async () => {
    await endedRun('sample');
    const dashboard = await open('#/functions');
    const demoTask = dashboard.page.getByRole('article', { name: 'Demo Task', exact: true });
    await demoTask.getByText('Throttle: starts 20 runs per 60 s; the others wait').waitFor();
    await demoTask.getByText('Concurrency: at most 10 steps at the same time').waitFor();

    await demoTask.getByRole('button', { name: 'Invoke…' }).click();
    const editor = dashboard.dialog.getByLabel('event.data');
    expect(JSON.parse(await editor.inputValue())).toMatchObject({ taskId: 'sample' });

    await editor.fill('{\n  "taskId": oops\n}');
    await dashboard.sees(/Not JSON, line 2, column 13/);
    expect(await dashboard.button('Invoke').isDisabled()).toBe(true);

    await editor.fill('{"taskId": 5}');
    await dashboard.button('Invoke').click();
    await dashboard.page.waitForURL(/#\/runs\/\w{26}$/);
    await demo.allEnded();
    await dashboard.page.locator('.run-title').getByText('Failed').waitFor();
    await dashboard.sees(/taskId/);

    await dashboard.button('Invoke again…').click();
    await dashboard.dialog.getByLabel('event.data').fill('{"taskId": "sample"}');
    await dashboard.button('Invoke').click();
    await dashboard.dialog
      .getByRole('alert')
      .getByText(/duplicate of run/)
      .waitFor();
  });

  it('shows events as they come, with what each led to', async () => {
    const dashboard = await open('#/events');
    await dashboard.sees('No events yet');

    const [first] = await demo.send(task('told', { delayMs: 0 }), task('told'), {
      name: 'nobody/listens',
      data: {},
    });
    await dashboard.row('nobody/listens').getByText('It triggered no function').waitFor();
    await dashboard
      .row('demo/task.requested')
      .getByText(/duplicate of run/)
      .waitFor();
    await demo.ended(first);
    await dashboard.page.locator(`[data-id="${first}"]`).getByText('Completed').waitFor();

    await dashboard.page.getByLabel('Search').fill('NOBODY');
    await dashboard.eventually(() => dashboard.page.locator('.list-row').count(), 1);
    await dashboard.page.locator('.list-row .row-link').click();
    await dashboard.page.getByRole('heading', { name: 'nobody/listens' }).waitFor();
    await dashboard.sees('It triggered no function.');
  });

  it('scrolls through 1,000 runs, of which it draws few, and shows flow control hold them', async () => {
    await demo.send(...Array.from({ length: 1_000 }, (_, index) => task(`many-${index}`)));
    const dashboard = await open();
    await dashboard.sees('1,000 runs');
    const flow = dashboard.page.getByRole('region', { name: /^Flow control/ });
    await flow.getByText('990 wait for a slot').waitFor();
    await flow.getByText('10 of 10').waitFor();
    await demo.until(async () => (await demo.allRuns()).filter((run) => run.endedAt).length === 20);
    await flow.getByText('980 throttled').waitFor();
    await flow.getByText('20 per minute, 0 free').waitFor();

    expect(await dashboard.page.locator('.list-row').count()).toBeLessThan(60);
    const lastIndex = async (): Promise<string | null> =>
      dashboard.page.locator('.list-row').last().getAttribute('data-index');
    await dashboard.eventually(async () => {
      await dashboard.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      return lastIndex();
    }, '999');
    expect(await dashboard.page.locator('.list-row').count()).toBeLessThan(60);
    expect(new Set((await demo.allRuns()).map((run) => run.id)).size).toBe(1_000);

    // A run that starts meanwhile does not move what the reader looks at.
    const before = await dashboard.page.locator('.list-row').last().getAttribute('data-id');
    await demo.send(task('newcomer'));
    await dashboard.button('↑ New runs').click();
    await dashboard.sees('1,001 runs');
    expect(before).not.toBeNull();
    await dashboard.eventually(() => dashboard.page.evaluate(() => scrollY), 0);
  });

  it('can be used from the keyboard alone', async () => {
    const [older, newer] = [await endedRun('older'), await endedRun('newer')];
    const dashboard = await open();
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

  it.each([
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('is readable at %i pixels, %s', async (width, colorScheme) => {
    const failed = await endedRun('seen', { simulateFailure: true, failAtStep: STEPS[3] });
    await demo.send(...Array.from({ length: 30 }, (_, index) => task(`held-${index}`, { delayMs: 0 })));
    const viewport = { width, height: 800 };
    const dashboard = await open('#/runs', { viewport, colorScheme });

    for (const path of [
      '#/runs',
      `#/runs/${failed.id}`,
      '#/functions',
      '#/events',
      `#/events/${failed.trigger.eventIds[0]}`,
    ]) {
      await dashboard.page.goto(`${demo.server.url}/${path}`);
      await dashboard.page.getByRole('heading', { level: 1 }).waitFor();
      await dashboard.page.locator('.list-row, .part, .function, .json').first().waitFor();
      const seen = await dashboard.page.evaluate(() => ({
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        unreadable: [...document.querySelectorAll('#app *')].flatMap((element) => {
          const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
          const box = element.getBoundingClientRect();
          if (!own || box.width === 0 || element.closest('.unseen, .skip, :disabled')) return [];
          const ratio = contrast(getComputedStyle(element).color, backgroundOf(element));
          return ratio < 4.5 ? [`${element.className} "${element.textContent}" ${ratio.toFixed(2)}`] : [];

          function backgroundOf(from: Element): string {
            for (let at: Element | null = from; at; at = at.parentElement) {
              const { backgroundColor } = getComputedStyle(at);
              if (!/, 0\)$|transparent/.test(backgroundColor)) return backgroundColor;
            }
            return 'rgb(255, 255, 255)';
          }
          function contrast(one: string, other: string): number {
            const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
            return (light + 0.05) / (dark + 0.05);
          }
          function luminance(colour: string): number {
            const parts = colour.match(/[\d.]+/g)?.map(Number) ?? [];
            const scale = colour.startsWith('rgb') ? 255 : 1;
            const [r = 0, g = 0, b = 0] = parts.map((part) => {
              const value = part / scale;
              return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          }
        }),
      }));
      expect({ path, ...seen }).toEqual({ path, overflow: 0, unreadable: [] });
    }
  });

  it('cannot be used by a page of another origin', async () => {
    const run = await endedRun('private');
    const other = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<p>Other</p>'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const context = await browser.newContext();
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
      expect(answers).toEqual(['opaque', 'opaque', 'refused']);
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
