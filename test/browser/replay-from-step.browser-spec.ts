import { describeWithSetup, RECOVERS } from './support/setup.js';

describeWithSetup('A step of a run', (setup) => {
  it('is where a replay begins, which takes over the results before it', async () => {
    const { demo } = setup();
    const run = await setup().endedRun('from-here', RECOVERS);
    const dashboard = await setup().open(`#/runs/${run.id}`);

    await dashboard.part('step-4-simulate-api-call').focus();
    await dashboard.page.keyboard.press('Enter');
    await dashboard.button('Replay from here…').press('Enter');
    await dashboard.dialog.getByRole('heading', { name: 'Replay from “step-4-simulate-api-call”' }).waitFor();
    await dashboard.dialog.getByRole('button', { name: 'Replay', exact: true }).press('Enter');
    await dashboard.page.waitForURL((url) => /#\/runs\/\w{26}$/.test(url.hash) && !url.hash.endsWith(run.id));
    await dashboard.sees('Replay of');
    await demo.allEnded();
    await dashboard.page.locator('.run-title').getByText('Completed').waitFor();

    expect(await dashboard.page.locator('.facts').innerText()).toMatch(/from\s+step-4-simulate-api-call/);
    await dashboard.part('step-1-initialize').click();
    await dashboard.sees('Not executed in this run. The result is from:');
    await dashboard.part('step-5-finalize').click();
    await dashboard.page.getByRole('region', { name: 'Details of step-5-finalize' }).waitFor();
    expect(await dashboard.page.getByText('Not executed here').count()).toBe(0);
  });

  it('may be given other arguments', async () => {
    const run = await setup().endedRun('other-input');
    const dashboard = await setup().open(`#/runs/${run.id}`);

    await dashboard.part('step-2-process').click();
    await dashboard.button('Replay from here…').click();
    await dashboard.dialog.getByLabel('Give the step other arguments').check();
    await dashboard.dialog.getByLabel('Arguments', { exact: true }).fill('{}');
    await dashboard.dialog.getByText('This must be a list: [ … ].').waitFor();
    expect(await dashboard.dialog.getByRole('button', { name: 'Replay', exact: true }).isDisabled()).toBe(
      true,
    );
    await dashboard.dialog.getByLabel('Arguments', { exact: true }).fill('[{"a": 1}]');
    await dashboard.page.keyboard.press('Control+Enter');
    await dashboard.page.waitForURL((url) => !url.hash.includes(run.id));
    await setup().demo.allEnded();

    await dashboard.part('step-2-process').click();
    const details = dashboard.page.getByRole('region', { name: 'Details of step-2-process' });
    await details.getByRole('heading', { name: 'Input' }).waitFor();
    expect(await details.innerText()).toContain('"a": 1');
  });
});
