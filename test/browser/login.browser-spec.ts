import { startDemoTasks } from '../support/demo-task.js';
import { Dashboard } from './support/dashboard.js';
import { readability } from './support/readability.js';
import { describeWithSetup } from './support/setup.js';

const SIGNING_KEY = 'a1'.repeat(32);
const PASSWORD = 'correct horse';

const start = () =>
  startDemoTasks({
    environment: { INNGEST_SIGNING_KEY: SIGNING_KEY },
    server: { signingKey: SIGNING_KEY, dashboardPassword: PASSWORD },
  });

describeWithSetup(
  'The login to the dashboard',
  (setup) => {
    const logIn = async ({ page }: Dashboard, secret: string): Promise<void> => {
      await page.getByLabel('Signing key or password').fill(secret);
      await page.keyboard.press('Enter');
    };

    it.each([
      ['the password', PASSWORD],
      ['the signing key', `signkey-prod-${SIGNING_KEY}`],
    ])(
      'opens with %s the view that was asked for, live, and lets people do things',
      async (_what, secret) => {
        const run = await setup().endedRun('seen');
        const dashboard = await setup().openLogin(`#/runs/${run.id}`);

        await logIn(dashboard, secret);
        await dashboard.sees('Live');
        await dashboard.part('step-2-process').waitFor();
        await dashboard.button('Replay').click();

        await dashboard.page.waitForURL(
          (url) => /#\/runs\/\w+$/.test(url.hash) && !url.hash.includes(run.id),
        );
        expect(await setup().demo.allRuns()).toHaveLength(2);
        expect(await dashboard.page.evaluate(() => document.cookie)).toBe('');
      },
    );

    it('says that a secret is wrong, shows it on request, and counts the tries', async () => {
      const dashboard = await setup().openLogin();
      const field = dashboard.page.getByLabel('Signing key or password');

      await logIn(dashboard, 'a wrong one');
      await dashboard.sees('neither the signing key nor the password');
      expect(await field.getAttribute('type')).toBe('password');
      await dashboard.button('Show').click();
      expect(await field.getAttribute('type')).toBe('text');
      for (let wrong = 1; wrong < 10; wrong++) {
        const answered = dashboard.page.waitForResponse('**/dashboard/session');
        await logIn(dashboard, 'a wrong one');
        await answered;
        await dashboard.eventually(() => dashboard.button('Log in').isEnabled(), true);
      }
      await logIn(dashboard, PASSWORD);
      await dashboard.sees(/Too many wrong tries. Try again in \d+ s./);
    });

    it('ends with a log out, in every window', async () => {
      const dashboard = await setup().openLogin();
      await logIn(dashboard, PASSWORD);
      await dashboard.sees('Live');
      const { page } = dashboard;
      const other = await page.context().newPage();
      await other.goto(page.url());
      await other.getByText('Live', { exact: true }).waitFor();

      await dashboard.button('Log out').click();

      await page.getByLabel('Signing key or password').waitFor();
      await other.getByLabel('Signing key or password').waitFor();
    });

    it.each([
      [390, 'light'],
      [390, 'dark'],
      [1280, 'light'],
      [1280, 'dark'],
    ] as const)('is readable at %i pixels, %s', async (width, colorScheme) => {
      const viewport = { width, height: 800 };
      const dashboard = await setup().openLogin('#/runs', { viewport, colorScheme });
      const good = { overflow: 0, covering: [], outside: [], unreadable: [] };

      await dashboard.eventually(() => dashboard.page.evaluate(readability), good);
      await logIn(dashboard, 'a wrong one');
      await dashboard.sees('neither the signing key nor the password');
      await dashboard.eventually(() => dashboard.page.evaluate(readability), good);
      await logIn(dashboard, PASSWORD);
      await dashboard.button('Log out').waitFor();
      await dashboard.eventually(() => dashboard.page.evaluate(readability), good);
    });
  },
  start,
);
