import { task } from '../support/demo-task.js';
import { readability } from './support/readability.js';
import { describeWithSetup } from './support/setup.js';

const PAUSE = '/api/v2/apps/algojuke-worker/functions/demo-task/pause';

describeWithSetup('Many runs', (setup) => {
  it('are cancelled, those that the filters find, after it was said how many, and shown how far', async () => {
    const { demo } = setup();
    await demo.post(PAUSE);
    await demo.send(...Array.from({ length: 130 }, (_, n) => task(`many-${n}`)));
    await demo.send(task('kept'));
    await demo.clock.settled();
    const dashboard = await setup().open('#/runs?search=many-');

    await dashboard.button('Cancel all…').press('Enter');
    await dashboard.dialog.getByRole('heading', { name: 'Cancel 130 runs' }).waitFor();
    await dashboard.dialog.getByRole('button', { name: 'Cancel 130 runs' }).press('Enter');
    await dashboard.dialog.getByText('Cancelled: 130 of 130 runs').waitFor();
    await dashboard.dialog.getByRole('button', { name: 'Close' }).first().press('Enter');
    expect((await demo.allRuns()).filter(({ status }) => status === 'QUEUED')).toHaveLength(1);
  });

  it('are replayed, those that are selected', async () => {
    const { demo } = setup();
    const first = await setup().endedRun('first');
    await setup().endedRun('second');
    const dashboard = await setup().open();

    await dashboard.page.getByRole('checkbox', { name: `Select ${first.id}` }).press('Space');
    await dashboard.button('Replay 1 selected…').click();
    await dashboard.dialog.getByRole('button', { name: 'Replay 1 run' }).click();
    await dashboard.dialog.getByText('Replayed: 1 of 1 run').waitFor();
    await demo.allEnded();
    const again = (await demo.allRuns()).filter(({ originalRunId }) => originalRunId !== undefined);
    expect(again.map(({ originalRunId }) => originalRunId)).toEqual([first.id]);
  });

  it.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)('are readable in their list, %i px wide and %s', async (width, colorScheme) => {
    await setup().endedRun('seen');
    const dashboard = await setup().open('', { viewport: { width, height: 900 }, colorScheme });
    await dashboard.page.getByRole('checkbox').first().check();
    const found = await dashboard.page.evaluate(readability);
    expect(found).toEqual({ overflow: 0, unreadable: [], covering: [], outside: [] });
  });
});
