import { task } from '../support/demo-task.js';
import { STEPS } from '../support/demo-task.js';
import { describeWithSetup, RECOVERS } from './support/setup.js';

describeWithSetup('A run', (setup) => {
  it('sends a task, shows it fail at step 4, wait for its retries, and recover', async () => {
    const { demo } = setup();
    const dashboard = await setup().open();

    await dashboard.button('Send event').click();
    const { dialog } = dashboard;
    await dialog.getByLabel('Name').waitFor();
    await dashboard.eventually(() => dialog.getByLabel('Name').inputValue(), 'demo/task.requested');
    await dialog.getByLabel('Data').fill(JSON.stringify({ taskId: 'shown', ...RECOVERS }));
    await dialog.getByRole('button', { name: 'Send', exact: true }).click();
    const outcome = dialog.getByRole('status', { name: 'Outcomes' });
    const eventId = await outcome.locator('a[href^="#/events/"]').innerText();
    const run = outcome.locator('a[href^="#/runs/"]');
    const runId = await run.innerText();
    await run.click();
    await dashboard.page.waitForURL(`**/#/runs/${runId}`);

    await setup().untilRetry(eventId, 1);
    await dashboard.sees(/Waiting for its retry until .*, the 2nd of 6 attempts/);
    await dashboard.eventually(() => dashboard.segments('step-4-simulate-api-call'), ['failed', 'retry']);
    await dashboard.sees(/SimulatedFailureError/);

    await setup().untilRetry(eventId, 2);
    await dashboard.sees(/the 3rd of 6 attempts/);
    await demo.ended(eventId);
    await dashboard.page.locator('.run-title').getByText('Completed').waitFor();
    await dashboard.eventually(
      () => dashboard.segments('step-4-simulate-api-call'),
      ['failed', 'retry', 'failed', 'retry', 'done'],
    );
  });

  it('draws a waterfall in the order of time, attempt by attempt, with what was memoized', async () => {
    const run = await setup().endedRun('drawn', RECOVERS);
    const dashboard = await setup().open(`#/runs/${run.id}`);
    const waterfall = dashboard.page.getByRole('region', { name: 'Waterfall' });

    await dashboard.part('Run').waitFor();
    expect(await waterfall.locator('.part-text').allInnerTexts()).toEqual(['Run', ...STEPS]);
    const lefts = await waterfall
      .locator('.part .segment:first-of-type')
      .evaluateAll((all) => all.map((segment) => segment.getBoundingClientRect().left));
    expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));

    await dashboard.part('step-1-initialize').click();
    await dashboard.sees(/Memoized: 2 later calls passed this step/);
    expect(await dashboard.part('step-1-initialize').locator('.part-bar .mark').count()).toBe(2);
    expect(await dashboard.part('step-5-finalize').locator('.mark').count()).toBe(0);

    await dashboard.part('step-4-simulate-api-call').click();
    const details = dashboard.page.getByRole('region', { name: 'Details of step-4-simulate-api-call' });
    await details.getByText('1st attempt').click();
    await details
      .getByText(/SimulatedFailureError: /)
      .first()
      .waitFor();
    expect(await details.getByLabel('Stack', { exact: true }).first().innerText()).toContain(
      'failure-simulator',
    );
    expect(await details.getByText(/^\d\w\w attempt$/).count()).toBe(3);
    expect(dashboard.page.url()).toContain('step=');
  });

  it('shows what is under the pointer and what has the focus', async () => {
    const run = await setup().endedRun('hovered', RECOVERS);
    const dashboard = await setup().open(`#/runs/${run.id}`);
    const tip = dashboard.page.getByRole('tooltip');

    await dashboard.part('step-4-simulate-api-call').locator('[data-kind=retry]').first().hover();
    await tip.getByText(/Waiting for its retry · 1\.\d\d s/).waitFor();

    await dashboard.part('Run').focus();
    await dashboard.page.keyboard.press('ArrowDown');
    await dashboard.page.keyboard.press('ArrowDown');
    await tip.getByText('step-2-process').waitFor();
    await dashboard.page.keyboard.press('Enter');
    await dashboard.page.getByRole('region', { name: 'Details of step-2-process' }).waitFor();
  });

  it('replays a run past its idempotency, and names the original', async () => {
    const { demo } = setup();
    const run = await setup().endedRun('again');
    const dashboard = await setup().open(`#/runs/${run.id}`);

    await dashboard.button('Replay').click();
    await dashboard.page.waitForURL((url) => /#\/runs\/\w{26}$/.test(url.hash) && !url.hash.endsWith(run.id));
    await dashboard.page.getByText('Replay of').waitFor();
    await demo.allEnded();
    await dashboard.page.locator('.run-title').getByText('Completed').waitFor();

    await dashboard.page.getByRole('link', { name: run.id }).click();
    await dashboard.page.waitForURL(`**/#/runs/${run.id}`);
  });

  it('sends a payload again, edited, and says why a duplicate runs nothing', async () => {
    const { demo } = setup();
    const run = await setup().endedRun('once');
    const dashboard = await setup().open(`#/runs/${run.id}`);
    const outcome = dashboard.dialog.getByRole('status', { name: 'Outcomes' });

    await dashboard.button('Edit and send again…').click();
    await dashboard.dialog.getByRole('button', { name: 'Send', exact: true }).click();
    await outcome.getByText(/duplicate of run/).waitFor();
    expect(await outcome.getByRole('link').allInnerTexts()).toContain(run.id);

    await dashboard.dialog.getByLabel('Data').fill('{"taskId": "once", "force": true, "delayMs": 0}');
    await dashboard.dialog.getByRole('button', { name: 'Send again' }).click();
    await outcome.getByText(/duplicate of run/).waitFor({ state: 'detached' });
    await outcome.getByText('Demo Task').waitFor();
    await demo.allEnded();
    await outcome.getByText('Completed').waitFor();
  });

  it('cancels a run after asking', async () => {
    const { demo } = setup();
    const [eventId] = await demo.send(task('stopped', RECOVERS));
    const run = await setup().untilRetry(eventId, 1);
    const dashboard = await setup().open(`#/runs/${run.id}`);

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
});
