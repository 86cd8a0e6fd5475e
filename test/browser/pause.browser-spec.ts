import { task } from '../support/demo-task.js';
import { readability } from './support/readability.js';
import { describeWithSetup } from './support/setup.js';

describeWithSetup('A function', (setup) => {
  it('is paused and resumed by keyboard, and its runs say why they wait', async () => {
    const { demo } = setup();
    const dashboard = await setup().open('#/functions');
    const fn = dashboard.page.getByRole('article', { name: 'Demo Task', exact: true });

    await fn.getByRole('button', { name: 'Pause…' }).press('Enter');
    await dashboard.dialog.getByRole('heading', { name: 'Pause Demo Task' }).waitFor();
    await dashboard.dialog.getByRole('button', { name: 'Pause', exact: true }).press('Enter');
    await fn.getByText('New runs wait; runs under way finish.').waitFor();
    const [eventId] = await demo.send(task('held', { delayMs: 0 }));
    await demo.until(async () => (await demo.runs(eventId)).length === 1);
    await fn.getByText('1 call waits.').waitFor();

    await dashboard.go('#/runs');
    await dashboard.sees(/Waiting: its function is paused since/);
    await dashboard.sees('1 paused');
    await dashboard.go('#/functions');
    await fn.getByRole('button', { name: 'Resume' }).press('Enter');
    await fn.getByRole('button', { name: 'Pause…' }).waitFor();
    expect((await demo.ended(eventId)).status).toBe('COMPLETED');
  });

  it('skips new runs if asked to, and lists them', async () => {
    const { demo } = setup();
    const dashboard = await setup().open('#/functions');
    const fn = dashboard.page.getByRole('article', { name: 'Demo Task', exact: true });

    await fn.getByRole('button', { name: 'Pause…' }).click();
    await dashboard.dialog.getByLabel('are skipped; steps that invoke the function fail').check();
    await dashboard.dialog.getByLabel('wait after the step that is under way').check();
    await dashboard.dialog.getByRole('button', { name: 'Pause', exact: true }).click();
    await fn.getByText('New runs are skipped; runs under way wait after their current step.').waitFor();
    const [eventId] = await demo.send(task('skipped', { delayMs: 0 }));
    await fn.getByText('Skipped starts').click();
    await fn.getByText(/the function is paused since .*, and skips new runs/).waitFor();
    await fn.getByRole('link', { name: 'demo/task.requested' }).click();
    await dashboard.page.waitForURL(`**/#/events/${eventId}`);
  });

  it.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)('is readable while paused, %i px wide and %s', async (width, colorScheme) => {
    await setup().demo.post('/api/v2/apps/algojuke-worker/functions/demo-task/pause');
    const dashboard = await setup().open('#/functions', {
      viewport: { width, height: 900 },
      colorScheme,
    });
    await dashboard.sees('runs under way finish');
    const found = await dashboard.page.evaluate(readability);
    expect(found).toEqual({ overflow: 0, unreadable: [], covering: [], outside: [] });
  });
});
