import { STEPS, task } from '../support/demo-task.js';
import { describeWithSetup, RECOVERS } from './support/setup.js';

describeWithSetup('The list of runs', (setup) => {
  it('teaches the first step while nothing has run', async () => {
    const { demo } = setup();
    const dashboard = await setup().open();

    await dashboard.sees('Nothing has run yet');
    await dashboard.sees(`curl -X POST ${demo.server.url}/e/dev`);
    await dashboard.sees('"name":"demo/task.requested"');
    expect(await dashboard.page.title()).toContain('Inngest');
  });

  it('shows runs as they come and go on, without a reload', async () => {
    const { demo } = setup();
    const dashboard = await setup().open();
    await dashboard.sees('Nothing has run yet');

    const [eventId] = await demo.send(task('live', RECOVERS));
    await dashboard.row('Demo Task').first().waitFor();
    await setup().untilRetry(eventId, 1);
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
    const { demo } = setup();
    await setup().endedRun('apple');
    await setup().endedRun('pear', { simulateFailure: true, failAtStep: STEPS[1] });
    const dashboard = await setup().open();
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
    await dashboard.sees('No run matches these filters');
    await dashboard.button('Clear the filters').click();
    await dashboard.eventually(listed, ALL);
  });

  it('filters by a range of time of one’s own', async () => {
    const { demo } = setup();
    const early = await setup().endedRun('early');
    await demo.advance(2 * 60 * 60 * 1_000);
    const late = await setup().endedRun('late');
    const dashboard = await setup().open('#/runs', { timezoneId: 'Asia/Kathmandu' });
    const listed = (): Promise<string[]> =>
      dashboard.page
        .locator('.list-row')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id') ?? ''));
    await dashboard.eventually(listed, [late.id, early.id]);

    await dashboard.page.getByLabel('Time').selectOption({ label: 'From … until …' });
    await dashboard.eventually(listed, [late.id]);
    // The field shows the time zone of the page, which is 5:45 ahead of UTC.
    const local = (iso: string): string =>
      new Date(Date.parse(iso) + (5 * 60 + 45) * 60_000).toISOString().slice(0, 19);
    await dashboard.page.getByLabel('From').fill(local(early.queuedAt));
    await dashboard.eventually(listed, [late.id, early.id]);
    await dashboard.page.getByLabel('Until').fill(local(late.queuedAt));
    await dashboard.eventually(listed, [early.id]);
    await dashboard.page.reload();
    await dashboard.eventually(listed, [early.id]);

    await dashboard.page.getByLabel('Time').selectOption({ label: 'Any time' });
    await dashboard.eventually(listed, [late.id, early.id]);
    expect(new URL(dashboard.page.url()).hash).toBe('#/runs');
  });

  it('sorts by start, by the header', async () => {
    const { demo } = setup();
    const [held, first] = await demo.send(task('held', { priority: -60 }), task('first'));
    const [runOfHeld, runOfFirst] = [await demo.ended(held), await demo.ended(first)];
    const dashboard = await setup().open();
    const header = dashboard.page.getByRole('columnheader', { name: 'Start' });
    const listed = (): Promise<string[]> =>
      dashboard.page
        .locator('.list-row')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id') ?? ''));

    await header.getByRole('button').click();
    await dashboard.eventually(listed, [runOfHeld.id, runOfFirst.id]);
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    await header.getByRole('button').click();
    await dashboard.eventually(listed, [runOfFirst.id, runOfHeld.id]);
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    await header.getByRole('button').click();
    await dashboard.eventually(() => header.getAttribute('aria-sort'), 'none');
  });

  it('has on a narrow screen the event and the priority of a run too, and every filter', async () => {
    await setup().endedRun('narrow', { delayMs: 0, priority: 600 });
    const dashboard = await setup().open('#/runs', { viewport: { width: 390, height: 800 } });

    const row = dashboard.page.locator('.list-row');
    await row.getByText('demo/task.requested').waitFor();
    expect(await row.locator('.cell-priority').isVisible()).toBe(true);
    for (const name of ['Queued', 'Running', 'Completed', 'Failed', 'Cancelled']) {
      const place = await dashboard.button(name).boundingBox();
      expect((place?.x ?? 999) + (place?.width ?? 999)).toBeLessThan(390);
    }
  });

  it('reads again what has changed out of sight when it comes into sight', async () => {
    const { demo } = setup();
    const [eventId] = await demo.send(task('oldest', { delayMs: 0, priority: -60 }));
    await demo.send(...Array.from({ length: 60 }, (_, index) => task(`newer-${index}`)));
    const run = await demo.run(eventId);
    const dashboard = await setup().open();
    const row = dashboard.page.locator(`[data-id="${run.id}"]`);
    await dashboard.sees('61 runs');
    await dashboard.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await row.getByText('Queued', { exact: true }).waitFor();

    await dashboard.page.evaluate(() => scrollTo(0, 900));
    await row.waitFor({ state: 'detached' });
    await demo.ended(eventId);
    await demo.allEnded();
    await dashboard.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await row.getByText('Completed').waitFor();
  });

  it('sorts by duration and priority, by the header and from the keyboard', async () => {
    await setup().endedRun('short', { delayMs: 10, priority: 600 });
    await setup().endedRun('long', { delayMs: 60_000 });
    const dashboard = await setup().open();
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

  it('scrolls through 1,000 runs, of which it draws few, and shows flow control hold them', async () => {
    const { demo } = setup();
    await demo.send(...Array.from({ length: 1_000 }, (_, index) => task(`many-${index}`)));
    const dashboard = await setup().open();
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

    // A run that starts now must not move the visible rows.
    await dashboard.page.evaluate(() => scrollTo(0, document.body.scrollHeight / 2));
    const inSight = (): Promise<string[]> =>
      dashboard.page
        .locator('.list-row')
        .evaluateAll((rows) =>
          rows
            .filter((row) => row.getBoundingClientRect().top >= 0)
            .map((row) => `${row.getAttribute('data-id')} at ${row.getBoundingClientRect().top}`),
        );
    await dashboard.eventually(async () => Number(await lastIndex()) < 900, true);
    const before = await inSight();
    await demo.send(task('newcomer'));
    await dashboard.button('↑ New runs').waitFor();
    expect(before.length).toBeGreaterThan(10);
    expect(await inSight()).toEqual(before);
    await dashboard.button('↑ New runs').click();
    await dashboard.sees('1,001 runs');
    await dashboard.eventually(() => dashboard.page.evaluate(() => scrollY), 0);
  });
});
