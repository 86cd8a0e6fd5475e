import { task } from '../support/demo-task.js';
import { readability } from './support/readability.js';
import { describeWithSetup, RECOVERS } from './support/setup.js';

describeWithSetup('The virtual clock', (setup) => {
  it('skips to the next due time, or by an amount, by keyboard', async () => {
    const { demo } = setup();
    const [eventId] = await demo.send(task('skipped-to', RECOVERS));
    await setup().untilRetry(eventId, 1);
    const dashboard = await setup().open();
    const bar = dashboard.page.getByRole('region', { name: 'Virtual clock' });
    const before = demo.clock.now();

    await bar.getByText(/Next due at \d\d:\d\d:\d\d/).waitFor();
    await bar.getByRole('button', { name: 'Skip to the next due time' }).press('Enter');
    await bar.getByText(/Moved by \d.*s\./).waitFor();
    const moved = demo.clock.now() - before;
    expect(moved).toBeGreaterThan(1_000);
    expect(moved).toBeLessThan(2_000);
    expect((await demo.run(eventId)).waiting?.attempt).toBe(2);

    await bar.getByLabel('By how much to skip').fill('1h30m');
    await dashboard.page.keyboard.press('Enter');
    await bar.getByText('Moved by 1 h 30 m.').waitFor();
    expect(demo.clock.now() - before - moved).toBe(90 * 60_000);
    expect((await demo.run(eventId)).status).toBe('COMPLETED');
    // The machine's clock keeps running, so the difference may be a minute less.
    await bar.getByText(/1 h (29|30) m ahead/).waitFor();
  });

  it('says what is wrong with an amount', async () => {
    const dashboard = await setup().open();
    const bar = dashboard.page.getByRole('region', { name: 'Virtual clock' });

    await bar.getByLabel('By how much to skip').fill('soon');
    await bar.getByRole('button', { name: 'Skip', exact: true }).click();
    await bar.getByText(/"by" must be a duration such as "1h30m"/).waitFor();
  });

  it.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)('is readable, %i px wide and %s', async (width, colorScheme) => {
    const dashboard = await setup().open('', { viewport: { width, height: 900 }, colorScheme });
    await dashboard.sees('Nothing is due.');
    const found = await dashboard.page.evaluate(readability);
    expect(found).toEqual({ overflow: 0, unreadable: [], covering: [], outside: [] });
  });
});
