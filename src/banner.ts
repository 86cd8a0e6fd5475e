import { printable } from './common/printable.js';
import { TerminalPage } from './common/terminal-page.js';
import type { InngestTarget, Settings } from './config/index.js';
import { INNGEST_PATH } from './inngest/index.js';

export { mayColour } from './common/terminal-page.js';

export interface Addresses {
  /** Where the worker answers. */
  readonly worker: string;
  /** Where GraphQL is served, when it is. */
  readonly graphql?: string | undefined;
  /** Where Prometheus reads the metrics, when that is not the worker. */
  readonly metrics?: string | undefined;
  /** Where the Inngest server answers. */
  readonly inngest: string;
  /** Which one that is. */
  readonly target: InngestTarget['kind'];
  /** How it calls the functions. */
  readonly transport: Settings['transport'];
  /** Whether that one's dashboard asks people to log in; only the embedded one's may not. */
  readonly asksToLogIn: boolean;
  /** Whether the worker asks clients for a token. */
  readonly asksForToken: boolean;
}

const WHOSE = {
  embedded: 'embedded in this process',
  server: 'at INNGEST_URL',
  cloud: 'Inngest Cloud',
} satisfies Record<InngestTarget['kind'], string>;

const CLOUD_DASHBOARD = 'https://app.inngest.com';

const CONNECTED = 'called over a connection that this worker opens (INNGEST_TRANSPORT=connect)';

const LOG_IN = 'log in with INNGEST_SIGNING_KEY or DASHBOARD_PASSWORD';

/** With the first of the tokens; a shell fills it in, so that none is printed. */
const TOKEN_HEADER = '"authorization: Bearer ${API_TOKENS%%,*}"';

/** Writes to people on a terminal, in colours unless the terminal or NO_COLOR says otherwise. */
export class Banner {
  private readonly page: TerminalPage;

  constructor(write: (text: string) => void, colours: boolean) {
    this.page = new TerminalPage(write, colours);
  }

  /** What runs where. */
  addresses({ worker, graphql, metrics, inngest, target, transport, asksToLogIn }: Addresses): void {
    const dashboard = target === 'cloud' ? CLOUD_DASHBOARD : inngest;
    this.page.section([
      this.page.bold('Background task worker'),
      '',
      this.page.row('Worker', worker),
      this.page.row('API docs', `${worker}/docs`),
      ...(graphql === undefined ? [] : [this.page.row('GraphQL', graphql)]),
      this.page.row('Health', `${worker}/health/ready`),
      ...(metrics === undefined ? [] : [this.page.row('Metrics', metrics)]),
      this.page.row('Functions', transport === 'connect' ? CONNECTED : worker + INNGEST_PATH),
      this.page.row('Inngest', `${inngest} (${WHOSE[target]})`),
      this.page.row('Dashboard', asksToLogIn ? `${dashboard} (${LOG_IN})` : dashboard),
    ]);
  }

  /** What others may do with this worker; see `exposureOf`. Writes nothing when there is nothing to warn of. */
  exposure([title, ...lines]: readonly string[]): void {
    if (title !== undefined) this.page.section([this.page.yellow(title), ...lines]);
  }

  /** What Inngest has registered, and what to try now. */
  registered(functions: readonly string[], { worker, asksForToken }: Addresses): void {
    this.page.section([
      this.page.bold('Registered functions'),
      ...functions.map((id) => `${this.page.green('✓')} ${printable(id)}`),
      '',
      this.page.bold('Try it'),
      `curl -i -X POST ${worker}/demo-tasks${asksForToken ? ` -H ${TOKEN_HEADER}` : ''} ` +
        `-H 'content-type: application/json' -d '{"taskId":"first"}'`,
      'then GET what its Location says, to see how the task stands.',
    ]);
  }
}
