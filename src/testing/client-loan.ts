import { ClientRefusedError } from './client-refused.error.js';

/** What this server needs of an SDK client, of whichever build of the SDK (`import` or `require`). */
export interface SdkClient {
  readonly id: string;
  /** Sets what the client takes for its environment variables. */
  setEnvVars(env: Record<string, string | undefined>): unknown;
}

/** The test server that each client points at. */
const users = new WeakMap<SdkClient, string>();

/**
 * What makes a client talk to a server at `url`, and to nothing else: it overrides the process's own variables.
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

/** A client that points at a test server, until it is given back. */
export class ClientLoan {
  private constructor(
    private readonly client: SdkClient,
    private readonly url: string,
    private readonly before: Record<string, string | undefined>,
  ) {}

  /**
   * Points a client at the server at `url`.
   *
   * @throws TypeError when it is none
   * @throws ClientRefusedError when it talks to another server, whatever is set, or when another test server uses it
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

  /** Points the client at the server again: the SDK's handler sets the process's variables when it is made. */
  point(): void {
    this.client.setEnvVars(environmentFor(this.url));
  }

  /** Sets the client back to what it was. */
  giveBack(): void {
    if (users.get(this.client) !== this.url) return;
    users.delete(this.client);
    this.client.setEnvVars(this.before);
  }
}

function inUse(user: string, url: string): string {
  return user === url
    ? 'is in use by this test server already. Serve all of its functions in one call of serve().'
    : `is in use by another test server (${user}). Close that one first, or make a client for each test ` +
        'server: let a function create the client together with its functions.';
}

/** Why the client still does not talk to the server; undefined when it does. */
function problemOf(client: SdkClient, url: string): string | undefined {
  const { options, apiBaseUrl, mode } = client as SdkClient & Record<string, unknown>;
  const ownUrl = (options as { baseUrl?: unknown } | undefined)?.baseUrl ?? apiBaseUrl;
  if (typeof ownUrl === 'string' && ownUrl !== '' && originOf(ownUrl) !== originOf(url)) {
    return (
      `has a baseUrl of its own (${ownUrl}), so this test server cannot point it here. Leave baseUrl out of ` +
      `new Inngest({ … }), and set it by the environment variable INNGEST_BASE_URL where it is needed.`
    );
  }
  if (mode !== 'cloud') return undefined;
  return (
    'has isDev: false, so it takes only signed calls and this test server signs none. Leave isDev out of ' +
    'new Inngest({ … }), and set INNGEST_DEV=0 where it is needed.'
  );
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** What the client had before, of what {@link environmentFor} sets. */
function environmentOf(client: SdkClient): Record<string, string | undefined> {
  // Set at its creation from the process's variables; no public property shows it.
  const own = (client as SdkClient & { _env?: Record<string, string | undefined> })._env;
  const env = typeof own === 'object' ? own : process.env;
  return Object.fromEntries(Object.keys(environmentFor('')).map((name) => [name, env[name]]));
}
