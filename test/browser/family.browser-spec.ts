import { Injectable } from '@nestjs/common';
import { eventType, referenceFunction } from 'inngest';
import { InngestFunction, type InngestContext } from '../../src/inngest/index.js';
import { InngestHarness } from '../../src/testing/nest.js';
import { describeWithSetup } from './support/setup.js';

const HOUR = 60 * 60 * 1_000;

const parent = eventType('family/parent');
const child = eventType('family/child');

@Injectable()
class Family {
  @InngestFunction({ id: 'parent', name: 'Parent', triggers: [parent] })
  async parent({ step }: InngestContext<typeof parent>): Promise<void> {
    await step.sleep('nap', '1h');
    await step.invoke('ask-child', {
      function: referenceFunction({ appId: 'test', functionId: 'child' }),
      data: {},
    });
    await step.sendEvent('tell', [{ name: 'family/told', data: { by: 'parent' } }]);
  }

  @InngestFunction({ id: 'child', name: 'Child', triggers: [child] })
  async child({ step }: InngestContext<typeof child>): Promise<number> {
    return step.run('work', () => 1);
  }
}

describeWithSetup(
  'A run that sleeps, invokes and sends',
  (setup) => {
    it('shows how long it sleeps, and that it has slept', async () => {
      const { demo } = setup();
      const [eventId] = await demo.send({ name: 'family/parent', data: {} });
      await demo.until(async () => (await demo.run(eventId)).waiting !== undefined);
      const run = await demo.run(eventId);
      const dashboard = await setup().open(`#/runs/${run.id}`);

      await dashboard.sees(/Sleeping \(step "nap"\), until \d/);
      await dashboard.eventually(() => dashboard.segments('nap'), ['sleep']);
      await dashboard.part('nap').click();
      await dashboard.page
        .getByRole('region', { name: 'Details of nap' })
        .getByText('Sleep', { exact: true })
        .waitFor();

      await demo.advance(HOUR);
      await demo.ended(eventId);
      await dashboard.page.locator('.run-title').getByText('Completed').waitFor();
      await dashboard.eventually(() => dashboard.segments('nap'), ['sleep']);
      await dashboard.eventually(() => dashboard.part('nap').locator('.part-time').innerText(), '1 h');
    });

    it('leads to what it invoked and back, and to what it sent', async () => {
      const { demo } = setup();
      const [eventId] = await demo.send({ name: 'family/parent', data: {} });
      const run = await demo.ended(eventId);
      const dashboard = await setup().open(`#/runs/${run.id}`);
      const { page } = dashboard;
      const invoked = (await demo.allRuns()).find(({ function: fn }) => fn.id === 'child');

      await dashboard.part('ask-child').click();
      await page.getByText('Invoked run:').getByRole('link').click();
      await page.waitForURL(`**/#/runs/${invoked?.id}`);
      await page.getByRole('heading', { name: 'Child' }).waitFor();
      await page.getByText('Invoked by').waitFor();
      await page.getByRole('link', { name: run.id }).click();
      await page.waitForURL(`**/#/runs/${run.id}`);

      await dashboard.part('tell').click();
      await page.getByText('Sent:').getByRole('link').click();
      await page.getByRole('heading', { name: 'family/told' }).waitFor();
      await dashboard.sees('It triggered no function.');
    });
  },
  () => InngestHarness.forFunctions([Family]),
);
