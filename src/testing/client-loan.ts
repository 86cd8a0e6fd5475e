import { ClientRefusedError } from './client-refused.error.js';

/** The parts of an SDK client that this package needs, from both builds of the SDK (`import` and `require`). */
export interface SdkClient {
  readonly id: string;
  /** Sets the environment variables that the client reads. */
  setEnvVars(env: Record<string, string | undefined>): unknown;
}

/** The URL of the test server that each client uses. */
const users = new WeakMap<SdkClient, string>();

/**
 * The variables that make a client use only the server at `url`. They override the process's own variables.
 */
export function environmentFor(url: string): Record<string, string | undefined> {
  return {
    INNGEST_DEV: '1',
    INNGEST_BASE_URL: url,
    INNGEST_API_BASE_URL: url,
    INNGEST_EVENT_API_BASE_URL: url,
    INNGEST_EVENT_KEY: undefined,
    INNGEST_SIGNING_KEY: undefined,
    INNGEST_SIGNING_KEY_FALLBACK: undefined,
    INNGEST_SERVE_HOST: undefined,
    INNGEST_SERVE_ORIGIN: undefined,
    INNGEST_SERVE_PATH: undefined,
    INNGEST_STREAMING: undefined,
  };
}

/** Makes a client use a test server, until {@link giveBack} restores the client. */
export class ClientLoan {
  private constructor(
    private readonly client: SdkClient,
    private readonly url: string,
    private readonly before: Record<string, string | undefined>,
  ) {}

  /**
   * Makes a client use the server at `url`.
   *
   * @throws TypeError if it is not a client
   * @throws ClientRefusedError if its options make it use another server, or if another test server uses it
   */
  static take(client: SdkClient, url: string): ClientLoan {
    if (typeof (client as Partial<SdkClient> | undefined)?.setEnvVars !== 'function') {
      throw new TypeError(
        'serve(client, functions) needs an Inngest client first: new Inngest({ id: "…" }).',
      );
    }
    const user = users.get(client);
    if (user !== undefined) throw new ClientRefusedError(client.id, inUse(user, url));
    const loan = new ClientLoan(client, url, environmentOf(client));
    loan.point();
    const problem = problemOf(client, url);
    if (problem !== undefined) {
      client.setEnvVars(loan.before);
      throw new ClientRefusedError(client.id, problem);
    }
    users.set(client, url);
    return loan;
  }

  /** Sets the variables again. The SDK's handler sets those of the process when it is created. */
  point(): void {
    this.client.setEnvVars(environmentFor(this.url));
  }

  /** Restores the client's variables. */
  giveBack(): void {
    if (users.get(this.client) !== this.url) return;
    users.delete(this.client);
    this.client.setEnvVars(this.before);
  }
}

function inUse(user: string, url: string): string {
  return user === url
    ? 'is in use by this test server already. Serve all of its functions in one call of serve().'
    : `is in use by another test server (${user}). Close that one first, or create a client for each test ` +
        'server: let a function create the client together with its functions.';
}

/** The reason why the client still does not use the server; undefined if it does. */
function problemOf(client: SdkClient, url: string): string | undefined {
  const { options, apiBaseUrl, mode } = client as SdkClient & Record<string, unknown>;
  const ownUrl = (options as { baseUrl?: unknown } | undefined)?.baseUrl ?? apiBaseUrl;
  if (typeof ownUrl === 'string' && ownUrl !== '' && originOf(ownUrl) !== originOf(url)) {
    return (
      `has its own baseUrl (${ownUrl}), so it cannot use this test server. Leave baseUrl out of ` +
      `new Inngest({ … }), and set the environment variable INNGEST_BASE_URL where you need it.`
    );
  }
  if (mode !== 'cloud') return undefined;
  return (
    'has isDev: false, so it accepts only signed calls, and this test server does not sign calls. Leave isDev out of ' +
    'new Inngest({ … }), and set INNGEST_DEV=0 where you need it.'
  );
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** The client's previous values of the variables that {@link environmentFor} sets. */
function environmentOf(client: SdkClient): Record<string, string | undefined> {
  // The client copies the process's variables when it is created. No public property contains them.
  const own = (client as SdkClient & { _env?: Record<string, string | undefined> })._env;
  const env = typeof own === 'object' ? own : process.env;
  return Object.fromEntries(Object.keys(environmentFor('')).map((name) => [name, env[name]]));
}
