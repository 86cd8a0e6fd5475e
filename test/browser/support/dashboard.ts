import { deepStrictEqual } from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** How long a page may take to show something, in milliseconds of wall time. */
const PATIENCE_MS = 30_000;

/**
 * The dashboard in a browser. {@link Dashboard.complaints} collects what must never happen: errors, refused contents, failed
 * requests, and requests to another server.
 */
export class Dashboard {
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly origin: string,
  ) {}

  static async open(
    browser: Browser,
    origin: string,
    path = '#/runs',
    options: BrowserContextOptions = {},
    shows = 'Live',
  ): Promise<Dashboard> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const dashboard = new Dashboard(page, origin);
    dashboard.listen();
    await dashboard.go(path, shows);
    return dashboard;
  }

  /** @param shows a text that appears when the page has loaded */
  async go(path: string, shows = 'Live'): Promise<void> {
    await this.page.goto(`${this.origin}/${path}`);
    await this.page.getByText(shows, { exact: true }).waitFor();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  get runs(): Locator {
    return this.page.getByRole('table', { name: 'Runs' });
  }

  /** The row of a run, or the row that contains this text. */
  row(text: string): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
  }

  /** A part of the waterfall. */
  part(name: string): Locator {
    return this.page
      .getByRole('region', { name: 'Waterfall' })
      .getByRole('button')
      .filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** The kinds of a part's segments, from left to right. */
  async segments(name: string): Promise<string[]> {
    return this.part(name)
      .locator('.segment')
      .evaluateAll((all) =>
        all
          .toSorted((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left)
          .map((segment) => segment.getAttribute('data-kind') ?? ''),
      );
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Waits until the value read equals the expected one. Fails with the difference. */
  async eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    let actual = await read();
    while (JSON.stringify(actual) !== JSON.stringify(expected) && Date.now() < deadline) {
      await this.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
      actual = await read();
    }
    deepStrictEqual(actual, expected);
  }

  private listen(): void {
    this.page.on('pageerror', (error) => this.complaints.push(`error: ${error.stack ?? error.message}`));
    this.page.on('console', (message) => {
      // The browser logs every answer with status 400 and more. The page itself shows these errors.
      if (message.type() === 'error' && !message.text().includes('the server responded with a status of 4')) {
        this.complaints.push(`console: ${message.text()}`);
      }
    });
    this.page.on('request', (request) => {
      if (!request.url().startsWith(`${this.origin}/`)) this.complaints.push(`request to ${request.url()}`);
    });
  }
}
