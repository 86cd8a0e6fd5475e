import { readFile } from 'node:fs/promises';
import { describeWithSetup } from './support/setup.js';

describeWithSetup('An export', (setup) => {
  it('downloads a run, its fixture, and all runs that the filters find', async () => {
    const run = await setup().endedRun('kept');
    await setup().endedRun('other');
    const dashboard = await setup().open(`#/runs/${run.id}`);
    const download = async (name: string): Promise<unknown> => {
      const begun = dashboard.page.waitForEvent('download');
      await dashboard.page.getByRole('link', { name, exact: true }).press('Enter');
      return JSON.parse(await readFile(await (await begun).path(), 'utf8'));
    };

    expect(await download('Export')).toMatchObject({ run: { id: run.id } });
    expect(await download('Export as fixture')).toMatchObject({ function: 'demo-task' });
    await dashboard.go('#/runs?search=kept');
    expect(await download('Export')).toMatchObject({ runs: [{ run: { id: run.id } }] });
  });
});
