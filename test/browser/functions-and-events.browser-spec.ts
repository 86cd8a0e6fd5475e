import { eventType } from 'inngest';
import { InngestFunction } from '../../src/inngest/index.js';
import { task } from '../support/demo-task.js';
import { InngestHarness } from '../../src/testing/nest.js';
import { describeWithSetup } from './support/setup.js';

const heard = eventType('many/heard');
const typed = eventType('many/typed');

class Listeners {
  @InngestFunction({ id: 'first', triggers: [heard] })
  first(): void {}
  @InngestFunction({
    id: 'second',
    name: 'The second',
    triggers: [heard],
    rateLimit: { limit: 1, period: '1h' },
  })
  second(): void {}
  @InngestFunction({ id: 'third', triggers: [heard] })
  third(): void {}
  @InngestFunction({ id: 'fourth', triggers: [heard] })
  fourth(): void {}
  @InngestFunction({ id: 'search', triggers: [typed], debounce: { period: '5s' } })
  search(): void {}
}

describeWithSetup('Functions and events', (setup) => {
  it('keeps what is typed into a new event before a suggestion arrives', async () => {
    const { demo } = setup();
    await demo.send(task('suggested', { delayMs: 0 }));
    const dashboard = await setup().open('#/runs');
    let answer = (): void => undefined;
    const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
    await dashboard.page.route(/\/api\/v2\/apps/, async (route) => {
      await mayAnswer;
      await route.continue();
    });

    await dashboard.button('Send event').click();
    await dashboard.dialog.getByLabel('Name').fill('my/own');
    await dashboard.dialog.getByLabel('Data').fill('{"mine": true}');
    answer();
    await dashboard.dialog.locator('datalist option').first().waitFor({ state: 'attached' });

    expect(await dashboard.dialog.getByLabel('Name').inputValue()).toBe('my/own');
    expect(await dashboard.dialog.getByLabel('Data').inputValue()).toBe('{"mine": true}');
  });

  it('invokes a function with a sample, and points at bad JSON', async () => {
    const { demo } = setup();
    await setup().endedRun('sample');
    const dashboard = await setup().open('#/functions');
    const demoTask = dashboard.page.getByRole('article', { name: 'Demo Task', exact: true });
    await demoTask.getByText('Throttle: starts 20 runs per 60 s; the others wait').waitFor();
    await demoTask.getByText('Concurrency: at most 10 steps at the same time').waitFor();

    await demoTask.getByRole('button', { name: 'Invoke…' }).click();
    const editor = dashboard.dialog.getByLabel('event.data');
    await dashboard.eventually(async () => JSON.parse(await editor.inputValue()).taskId, 'sample');

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

  it('begins with data that a function takes, before there is any event', async () => {
    const { demo } = setup();
    const dashboard = await setup().open('#/functions');
    const demoTask = dashboard.page.getByRole('article', { name: 'Demo Task', exact: true });

    await demoTask.getByRole('button', { name: 'Invoke…' }).click();
    await dashboard.button('Invoke').click();
    await dashboard.page.waitForURL(/#\/runs\/\w{26}$/);
    await demo.allEnded();
    await dashboard.page.locator('.run-title').getByText('Completed').waitFor();
  });

  it('sends what it begins with, before there is any event', async () => {
    const { demo } = setup();
    const dashboard = await setup().open();

    await dashboard.button('Send event').click();
    await dashboard.eventually(() => dashboard.dialog.getByLabel('Name').inputValue(), 'demo/task.requested');
    await dashboard.dialog.getByRole('button', { name: 'Send', exact: true }).click();
    const outcome = dashboard.dialog.getByRole('status', { name: 'Outcomes' });
    await outcome.getByText('Demo Task').waitFor();
    await demo.allEnded();
    await outcome.getByText('Completed').waitFor();
  });

  it('shows events as they come, with their outcomes', async () => {
    const { demo } = setup();
    const dashboard = await setup().open('#/events');
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
});

describeWithSetup(
  'An event that several functions listen to',
  (setup) => {
    it.each([1280, 390])('has a row that shows its outcomes, %i px wide', async (width) => {
      const { demo } = setup();
      await demo.send({ name: 'many/heard', data: {} }, { name: 'many/heard', data: {} });
      await demo.allEnded();
      const { page } = await setup().open('#/events', { viewport: { width, height: 800 } });
      await page.getByText(/of The second, /).waitFor();
      await page.getByText('and 2 more').first().waitFor();

      const overflows = await page.locator('.cell-outcomes').evaluateAll((cells) =>
        cells.map((cell) => {
          const row = cell.closest('.list-row')!.getBoundingClientRect();
          const { top, bottom } = cell.getBoundingClientRect();
          return top < row.top || bottom > row.bottom;
        }),
      );
      expect(overflows).toEqual([false, false]);
    });

    it('links to the event that runs instead', async () => {
      const { demo } = setup();
      const [earlier, later] = await demo.send(
        { name: 'many/typed', data: { text: 'a' } },
        { name: 'many/typed', data: { text: 'ab' } },
      );
      await demo.allEnded();
      const { page } = await setup().open('#/events');

      await page.locator(`[data-id="${earlier}"] .reason a`).click();

      await page.waitForURL(`**/#/events/${later}`);
      await page.getByRole('heading', { name: 'many/typed' }).waitFor();
    });

    it('tells the id of a function where its name is another', async () => {
      const { page } = await setup().open('#/functions');

      const heads = page.locator('.function-head');
      await heads.first().waitFor();
      expect(await heads.count()).toBe(5);
      expect(await heads.filter({ hasText: 'The second' }).locator('.code').allInnerTexts()).toEqual([
        'second',
      ]);
      expect(await page.locator('.function-head .code').count()).toBe(1);
    });
  },
  () => InngestHarness.forFunctions([Listeners]),
);
