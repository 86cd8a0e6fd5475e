import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { signingKeyHash } from '../common/signing-key-hash.js';
import { Environment, usesEmbeddedServer } from './environment.js';
import { unknownNames } from './known-names.js';
import { SettingsError } from './settings.error.js';

/** Which Inngest the worker talks to: one started in this process, the one at a URL, or Inngest Cloud. */
export type InngestTarget =
  EmbeddedTarget | { readonly kind: 'server'; readonly url: string } | { readonly kind: 'cloud' };

/** How the server in this process is set up. */
export interface EmbeddedTarget {
  readonly kind: 'embedded';
  readonly port: number;
  /** Where its state is: a file, or `:memory:`. */
  readonly dataFile: string;
  /** How long it keeps finished runs, in milliseconds. */
  readonly retentionMs: number;
  /** Whether a change that was answered survives the end of the process, or a power cut too (`full`). */
  readonly synchronous: 'normal' | 'full';
  /** How long the worker may take to answer one of its calls, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** The wait before every retry for which the worker names none, in milliseconds; unset: as Inngest waits. */
  readonly retryIntervalMs?: number;
}

/** How the worker connects. */
export interface ConnectSettings {
  /** How many calls it takes at once. */
  readonly maxWorkerConcurrency?: number;
  /** Whether the connection has a thread of its own. */
  readonly isolateExecution?: boolean;
  readonly gatewayUrl?: string;
}

type Values = Omit<Settings, 'inngestUrl' | 'withInngestAt' | 'secrets'>;

/** What can be set from outside, typed and valid. Inject it wherever a setting is needed. */
export class Settings {
  /** Port of the worker's HTTP server; 0 takes any free one. */
  readonly port!: number;
  /** Address the worker listens on. */
  readonly host!: string;
  /** Host names by which the worker and the embedded server may be called beyond their own; `*` for any. */
  readonly allowedHosts: readonly string[] | undefined;
  /** The tokens with which clients call the worker; it asks for none when there are none. */
  readonly apiTokens!: readonly string[];
  /** The origins whose pages may call the worker. */
  readonly corsOrigins!: readonly string[];
  /** How many requests a client may send within {@link requestLimitWindowMs}; 0 for any number. */
  readonly requestLimit!: number;
  /** In milliseconds. */
  readonly requestLimitWindowMs!: number;
  /** Where metrics are answered without a token; undefined: the worker's port answers them. */
  readonly metrics: { readonly port: number; readonly host: string } | undefined;
  /** Whether everything that is logged is JSON, an object a line; undefined: text. */
  readonly hasJsonLogs: true | undefined;
  /** How long a stop waits for calls in flight, in milliseconds. */
  readonly shutdownGraceMs!: number;
  /** Whether GraphQL is served. */
  readonly graphql!: boolean;
  /** Whether clients may ask for the schema of GraphQL. */
  readonly graphqlIntrospection!: boolean;
  /** The app's id at Inngest. */
  readonly appId!: string;
  /** Which deployment this process belongs to; undefined: the build's time stands for it. */
  readonly deployment: number | undefined;
  readonly eventKey: string | undefined;
  readonly signingKey: string | undefined;
  /** The signing key that counted before, while it is being replaced: it is still accepted. */
  readonly signingKeyFallback: string | undefined;
  /** Whether Inngest is a development one, which checks no keys. */
  readonly dev!: boolean;
  readonly inngest!: InngestTarget;
  /** With which people log in to the embedded server's dashboard, besides the signing key. */
  readonly dashboardPassword: string | undefined;
  /** Where people open the dashboard, when a proxy stands in front of it. */
  readonly dashboardOrigin: string | undefined;
  /** Origin at which Inngest reaches the worker, when that is not where it listens. */
  readonly serveOrigin: string | undefined;
  /** How Inngest calls the worker. */
  readonly transport!: 'serve' | 'connect';
  /** With the transport `connect`: what is said of it. Absent is left to the SDK. */
  readonly connect!: ConnectSettings;
  /** File to which the steps of the demo task write when they start and end. */
  readonly demoTaskJournal: string | undefined;
  /** What whoever started the worker should know about these settings, a line each. */
  readonly notices!: readonly string[];

  private constructor(values: Values) {
    Object.assign(this, values);
  }

  /**
   * Reads the settings from environment variables. Empty ones count as not set.
   *
   * @throws SettingsError naming every mistake at once.
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

  /** What must stand in no log line. */
  get secrets(): string[] {
    const { apiTokens, eventKey, signingKey, signingKeyFallback, dashboardPassword } = this;
    const signingKeys = [signingKey, signingKeyFallback].filter((key) => key !== undefined);
    const shown = signingKeys.flatMap((key) => [key, signingKeyHash(key)]);
    // With and without its prefix, as a key is also written.
    const bare = shown.map((key) => key.replace(/^signkey-\w+-/, ''));
    return [...apiTokens, eventKey, dashboardPassword, ...shown, ...bare].filter(
      (secret) => secret !== undefined,
    );
  }

  /** These settings with the Inngest server at `url`: how the worker learns where the embedded one listens. */
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

/** What is set and concerns the transport that is not used. */
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
    'DASHBOARD_PASSWORD ignored: the dashboard asks for it only with INNGEST_SIGNING_KEY, since without that key the API ' +
      'behind it is open to every program of this machine.',
  ];
}
