import { deepStrictEqual } from 'node:assert/strict';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { startDemoTasks, task } from '../../support/demo-task.js';
import type { InngestHarness, Run } from '../../../src/testing/nest.js';
import { describeInChromium } from './chromium.js';
import { Dashboard } from './dashboard.js';

/** A task that fails twice at step 4 and then succeeds. */
export const RECOVERS = { simulateFailure: true, failAttempts: 2, delayMs: 0 };

/** What a test gets: the worker and the server in virtual time, and a browser. */
export class Setup {
  private readonly opened: Dashboard[] = [];

  constructor(
    readonly demo: InngestHarness,
    readonly browser: Browser,
  ) {}

  open(path?: string, options?: BrowserContextOptions): Promise<Dashboard> {
    return this.openTo('Live', path, options);
  }

  /** Opens the page of a server that requires a login. */
  openLogin(path?: string, options?: BrowserContextOptions): Promise<Dashboard> {
    return this.openTo('Signing key or password', path, options);
  }

  private async openTo(shows: string, path?: string, options?: BrowserContextOptions): Promise<Dashboard> {
    const dashboard = await Dashboard.open(this.browser, this.demo.server.url, path, options, shows);
    this.opened.push(dashboard);
    return dashboard;
  }

  /** Lets time pass until the run of an event waits for this attempt, counted from 0. */
  async untilRetry(eventId: string | undefined, attempt: number): Promise<Run> {
    await this.demo.until(async () => (await this.demo.run(eventId)).waiting?.attempt === attempt);
    return this.demo.run(eventId);
  }

  /** Runs a demo task to its end. */
  async endedRun(taskId: string, options: Record<string, unknown> = { delayMs: 0 }): Promise<Run> {
    const [eventId] = await this.demo.send(task(taskId, options));
    return this.demo.ended(eventId);
  }

  /** Closes everything. Fails when a page has complaints. */
  async close(): Promise<void> {
    const complaints = this.opened.flatMap((dashboard) => dashboard.complaints);
    await Promise.all(this.opened.map((dashboard) => dashboard.close()));
    await this.demo.close();
    deepStrictEqual(complaints, []);
  }
}

/** Describes tests of the dashboard. Each test gets a new setup. `start` can start another worker than that of the demo tasks. */
export function describeWithSetup(
  name: string,
  tests: (setup: () => Setup) => void,
  start: () => Promise<InngestHarness> = startDemoTasks,
): void {
  describeInChromium(name, (launch) => {
    let browser: Browser;
    let setup: Setup;

    beforeAll(async () => {
      browser = await launch();
    });

    afterAll(() => browser.close());

    beforeEach(async () => {
      setup = new Setup(await start(), browser);
    });

    afterEach(() => setup.close());

    tests(() => setup);
  });
}
