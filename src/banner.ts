import { printable } from './common/printable.js';
import { TerminalPage } from './common/terminal-page.js';
import type { InngestTarget, Settings } from './config/index.js';
import { INNGEST_PATH } from './inngest/index.js';

export { mayColour } from './common/terminal-page.js';

export interface Addresses {
  /** The URL of the worker. */
  readonly worker: string;
  /** The URL of GraphQL; undefined if it is off. */
  readonly graphql?: string | undefined;
  /** The URL at which Prometheus reads the metrics; undefined if the worker serves them. */
  readonly metrics?: string | undefined;
  /** The URL of the Inngest server. */
  readonly inngest: string;
  /** The kind of that server. */
  readonly target: InngestTarget['kind'];
  /** How it calls the functions. */
  readonly transport: Settings['transport'];
  /**
   * Whether the dashboard of the embedded server requires a login. Dashboards of other servers have their own rules.
   */
  readonly asksToLogIn: boolean;
  /** Whether clients of the worker must send a token. */
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

/** The shell inserts the first token, so that the banner prints none. */
const TOKEN_HEADER = '"authorization: Bearer ${API_TOKENS%%,*}"';

/** Writes the messages of the start to a terminal, with colours if they are enabled. */
export class Banner {
  private readonly page: TerminalPage;

  constructor(write: (text: string) => void, colours: boolean) {
    this.page = new TerminalPage(write, colours);
  }

  /** Writes the addresses of the worker and of Inngest. */
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

  /** Writes the warning of `exposureOf`; nothing if it has no lines. */
  exposure([title, ...lines]: readonly string[]): void {
    if (title !== undefined) this.page.section([this.page.yellow(title), ...lines]);
  }

  /** Writes the registered functions, and a command to try. */
  registered(functions: readonly string[], { worker, asksForToken }: Addresses): void {
    this.page.section([
      this.page.bold('Registered functions'),
      ...functions.map((id) => `${this.page.green('✓')} ${printable(id)}`),
      '',
      this.page.bold('Try it'),
      `curl -i -X POST ${worker}/demo-tasks${asksForToken ? ` -H ${TOKEN_HEADER}` : ''} ` +
        `-H 'content-type: application/json' -d '{"taskId":"first"}'`,
      'then GET the URL in its Location header, to see the status of the task.',
    ]);
  }
}
