import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { signingKeyHash } from '../common/signing-key-hash.js';
import { Environment, usesEmbeddedServer } from './environment.js';
import { unknownNames } from './known-names.js';
import { SettingsError } from './settings.error.js';

/** The Inngest that the worker uses: an embedded one in this process, the one at a URL, or Inngest Cloud. */
export type InngestTarget =
  EmbeddedTarget | { readonly kind: 'server'; readonly url: string } | { readonly kind: 'cloud' };

/** The options of the embedded server. */
export interface EmbeddedTarget {
  readonly kind: 'embedded';
  readonly port: number;
  /** The file with its state, or `:memory:`. */
  readonly dataFile: string;
  /** How long it keeps ended runs, in milliseconds. */
  readonly retentionMs: number;
  /** `normal`: an acknowledged change survives the end of the process; `full`: it also survives a power cut. */
  readonly synchronous: 'normal' | 'full';
  /** How long the worker may take to answer one of its calls, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** The delay before every retry for which the worker names none, in milliseconds; unset: the delays of Inngest. */
  readonly retryIntervalMs?: number;
}

/** The options of the transport `connect`. */
export interface ConnectSettings {
  /** How many calls the worker executes at the same time. */
  readonly maxWorkerConcurrency?: number;
  /** Whether the connection runs in a separate thread. */
  readonly isolateExecution?: boolean;
  readonly gatewayUrl?: string;
}

type Values = Omit<Settings, 'inngestUrl' | 'withInngestAt' | 'secrets'>;

/** The settings of the worker, typed and validated. Inject it where you need a setting. */
export class Settings {
  /** Port of the worker's HTTP server; 0 takes any free one. */
  readonly port!: number;
  /** Address the worker listens on. */
  readonly host!: string;
  /** Further host names that requests to the worker and the embedded server may use; `*` for any. */
  readonly allowedHosts: readonly string[] | undefined;
  /** The tokens of clients. If there are none, the worker requires no token. */
  readonly apiTokens!: readonly string[];
  /** The origins of web pages that may call the worker. */
  readonly corsOrigins!: readonly string[];
  /** How many requests a client may send within {@link requestLimitWindowMs}; 0 for no limit. */
  readonly requestLimit!: number;
  /** The period of {@link requestLimit}, in milliseconds. */
  readonly requestLimitWindowMs!: number;
  /** The separate port for metrics, without tokens; undefined: the worker's port serves them. */
  readonly metrics: { readonly port: number; readonly host: string } | undefined;
  /** Whether the log is JSON, one object per line; undefined: text. */
  readonly hasJsonLogs: true | undefined;
  /** How long a stop waits for executing calls, in milliseconds. */
  readonly shutdownGraceMs!: number;
  /** Whether GraphQL is served. */
  readonly graphql!: boolean;
  /** Whether clients may read the GraphQL schema. */
  readonly graphqlIntrospection!: boolean;
  /** The app's id at Inngest. */
  readonly appId!: string;
  /** The deployment of this process; undefined: the time of the build is used. */
  readonly deployment: number | undefined;
  readonly eventKey: string | undefined;
  readonly signingKey: string | undefined;
  /** The previous signing key, which is still accepted while the key is being replaced. */
  readonly signingKeyFallback: string | undefined;
  /** Whether Inngest is a development server, which checks no keys. */
  readonly dev!: boolean;
  readonly inngest!: InngestTarget;
  /** The password for the login to the embedded server's dashboard, besides the signing key. */
  readonly dashboardPassword: string | undefined;
  /** The origin at which people open the dashboard, if it is behind a proxy. */
  readonly dashboardOrigin: string | undefined;
  /** The origin at which Inngest reaches the worker, if it differs from `host` and `port`. */
  readonly serveOrigin: string | undefined;
  /** How Inngest calls the worker. */
  readonly transport!: 'serve' | 'connect';
  /** The options of the transport `connect`. The SDK has defaults for absent ones. */
  readonly connect!: ConnectSettings;
  /** File to which the steps of the demo task write when they start and end. */
  readonly demoTaskJournal: string | undefined;
  /** Notices about these settings for the start, such as ignored variables; one line each. */
  readonly notices!: readonly string[];

  private constructor(values: Values) {
    Object.assign(this, values);
  }

  /**
   * Reads the settings from environment variables. Empty ones count as not set.
   *
   * @throws SettingsError if variables are invalid; the message names every mistake
   */
  static from(variables: Record<string, unknown>): Settings {
    const given = Object.fromEntries(
      Object.entries(variables).filter(([, value]) => typeof value !== 'string' || value.trim() !== ''),
    );
    const names = Object.keys(given);
    const isProduction = given['NODE_ENV'] === 'production';
    const known = Object.keys(new Environment());
    const env = plainToInstance(Environment, {
      INNGEST_DEV: !isProduction,
      ...Object.fromEntries(known.filter((name) => name in given).map((name) => [name, given[name]])),
    });
    const mistakes = validateSync(env).map(
      ({ property, constraints = {} }) => `${property} ${Object.values(constraints)[0]}`,
    );
    const notSettings = unknownNames(names, known);
    if (mistakes.length > 0) throw new SettingsError(mistakes, notSettings);
    return new Settings({
      port: env.PORT,
      host: env.HOST,
      allowedHosts: env.ALLOWED_HOSTS,
      apiTokens: env.API_TOKENS ?? [],
      corsOrigins: (env.CORS_ORIGINS ?? []).map((origin) => new URL(origin).origin),
      requestLimit: env.REQUEST_LIMIT,
      requestLimitWindowMs: env.REQUEST_LIMIT_WINDOW,
      metrics:
        env.METRICS_PORT === undefined ? undefined : { port: env.METRICS_PORT, host: env.METRICS_HOST },
      hasJsonLogs: (env.LOG_FORMAT ?? (isProduction ? 'json' : 'text')) === 'json' || undefined,
      shutdownGraceMs: env.SHUTDOWN_GRACE,
      graphql: env.GRAPHQL,
      graphqlIntrospection:
        env.GRAPHQL_INTROSPECTION ?? (env.INNGEST_DEV && given['NODE_ENV'] !== 'production'),
      appId: env.INNGEST_APP_ID,
      deployment: env.DEPLOYMENT,
      eventKey: env.INNGEST_EVENT_KEY,
      signingKey: env.INNGEST_SIGNING_KEY,
      signingKeyFallback: env.INNGEST_SIGNING_KEY_FALLBACK,
      dashboardPassword: env.DASHBOARD_PASSWORD,
      dashboardOrigin: env.DASHBOARD_ORIGIN && new URL(env.DASHBOARD_ORIGIN).origin,
      dev: env.INNGEST_DEV,
      inngest: target(env),
      serveOrigin: env.INNGEST_SERVE_ORIGIN && new URL(env.INNGEST_SERVE_ORIGIN).origin,
      transport: env.INNGEST_TRANSPORT,
      connect: connectSettings(env),
      demoTaskJournal: env.DEMO_TASK_JOURNAL,
      notices: [
        ...ignoredNames(env, names),
        ...otherTransport(env, names),
        ...uselessPassword(env),
        ...notSettings,
      ],
    });
  }

  /** The URL of the Inngest server; undefined for Inngest Cloud, and for the embedded one before it is started. */
  get inngestUrl(): string | undefined {
    return this.inngest.kind === 'server' ? this.inngest.url : undefined;
  }

  /** The texts that must not appear in log lines. */
  get secrets(): string[] {
    const { apiTokens, eventKey, signingKey, signingKeyFallback, dashboardPassword } = this;
    const signingKeys = [signingKey, signingKeyFallback].filter((key) => key !== undefined);
    const shown = signingKeys.flatMap((key) => [key, signingKeyHash(key)]);
    // Keys with and without their prefix, because people write both.
    const bare = shown.map((key) => key.replace(/^signkey-\w+-/, ''));
    return [...apiTokens, eventKey, dashboardPassword, ...shown, ...bare].filter(
      (secret) => secret !== undefined,
    );
  }

  /**
   * A copy of these settings with the Inngest server at `url`. The service uses it to pass on the address of the
   * embedded server.
   */
  withInngestAt(url: string): Settings {
    return new Settings({ ...(this as Values), inngest: { kind: 'server', url } });
  }
}

function target(env: Environment): InngestTarget {
  if (env.INNGEST_URL !== undefined) return { kind: 'server', url: new URL(env.INNGEST_URL).origin };
  if (!usesEmbeddedServer(env)) return { kind: 'cloud' };
  return {
    kind: 'embedded',
    port: env.INNGEST_EMBEDDED_PORT,
    dataFile: env.INNGEST_EMBEDDED_DATA,
    retentionMs: env.INNGEST_EMBEDDED_RETENTION,
    synchronous: env.INNGEST_EMBEDDED_SYNCHRONOUS,
    requestTimeoutMs: env.INNGEST_EMBEDDED_REQUEST_TIMEOUT,
    ...(env.INNGEST_EMBEDDED_RETRY_INTERVAL !== undefined && {
      retryIntervalMs: env.INNGEST_EMBEDDED_RETRY_INTERVAL,
    }),
  };
}

function connectSettings(env: Environment): ConnectSettings {
  const { INNGEST_CONNECT_MAX_WORKER_CONCURRENCY: maxWorkerConcurrency } = env;
  const { INNGEST_CONNECT_ISOLATE_EXECUTION: isolateExecution } = env;
  const { INNGEST_CONNECT_GATEWAY_URL: gatewayUrl } = env;
  return {
    ...(maxWorkerConcurrency !== undefined && { maxWorkerConcurrency }),
    ...(isolateExecution !== undefined && { isolateExecution }),
    ...(gatewayUrl !== undefined && { gatewayUrl }),
  };
}

/** Notices about variables that apply only to the other transport. */
function otherTransport({ INNGEST_TRANSPORT: transport }: Environment, names: readonly string[]): string[] {
  const ignored = names.filter((name) =>
    transport === 'connect' ? name === 'INNGEST_SERVE_ORIGIN' : name.startsWith('INNGEST_CONNECT_'),
  );
  return ignored.length === 0 ? [] : [`${ignored.join(', ')} ignored: INNGEST_TRANSPORT is ${transport}.`];
}

function ignoredNames(env: Environment, names: readonly string[]): string[] {
  const noPort = names.includes('METRICS_HOST') && env.METRICS_PORT === undefined;
  const metrics = noPort ? ['METRICS_HOST ignored: METRICS_PORT is not set, so PORT answers /metrics.'] : [];
  return [...metrics, ...ignoredForServer(env, names)];
}

function ignoredForServer(env: Environment, names: readonly string[]): string[] {
  const ignored = names.filter((name) => /^(INNGEST_EMBEDDED|DASHBOARD)_/.test(name));
  if (ignored.length === 0 || usesEmbeddedServer(env)) return [];
  const reason = env.INNGEST_URL === undefined ? 'INNGEST_DEV is false' : 'INNGEST_URL is set';
  return [`${ignored.join(', ')} ignored: ${reason}, so no Inngest server is started in this process.`];
}

function uselessPassword(env: Environment): string[] {
  const isUsed = env.DASHBOARD_PASSWORD === undefined || env.INNGEST_SIGNING_KEY !== undefined;
  if (isUsed || !usesEmbeddedServer(env)) return [];
  return [
    'DASHBOARD_PASSWORD ignored: the dashboard requires a login only with INNGEST_SIGNING_KEY, because without that key ' +
      'every program on this machine can use the API behind it.',
  ];
}
