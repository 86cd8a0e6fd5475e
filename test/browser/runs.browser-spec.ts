import { STEPS, task } from '../support/demo-task.js';
import { describeOnStage, RECOVERS } from './support/stage.js';

describeOnStage('The list of runs', (stage) => {
  it('teaches the first step while nothing has run', async () => {
    const { demo } = stage();
    const dashboard = await stage().open();

    await dashboard.sees('Nothing has run yet');
    await dashboard.sees(`curl -X POST ${demo.server.url}/e/dev`);
    await dashboard.sees('"name":"demo/task.requested"');
    expect(await dashboard.page.title()).toContain('Inngest');
  });

  it('shows runs as they come and go on, without a reload', async () => {
    const { demo } = stage();
    const dashboard = await stage().open();
    await dashboard.sees('Nothing has run yet');

    const [eventId] = await demo.send(task('live', RECOVERS));
    await dashboard.row('Demo Task').first().waitFor();
    await stage().untilRetry(eventId, 1);
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
    const { demo } = stage();
    await stage().endedRun('apple');
    await stage().endedRun('pear', { simulateFailure: true, failAtStep: STEPS[1] });
    const dashboard = await stage().open();
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
    await stage().endedRun('short', { delayMs: 10, priority: 600 });
    await stage().endedRun('long', { delayMs: 60_000 });
    const dashboard = await stage().open();
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
    const { demo } = stage();
    await demo.send(...Array.from({ length: 1_000 }, (_, index) => task(`many-${index}`)));
    const dashboard = await stage().open();
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
});
