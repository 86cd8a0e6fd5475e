import { Settings } from './settings.js';
import { SettingsError } from './settings.error.js';

const TOKENS = { API_TOKENS: 'token-0123456789' };
const KEYS = { INNGEST_EVENT_KEY: 'event-key', INNGEST_SIGNING_KEY: 'signkey-prod-12ab', ...TOKENS };

function mistakesIn(variables: Record<string, unknown>): readonly string[] {
  try {
    Settings.from(variables);
  } catch (error) {
    if (error instanceof SettingsError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('Settings', () => {
  it('needs nothing: without a variable the worker runs on 3001 with the embedded server on 8288', () => {
    expect(Settings.from({})).toEqual({
      port: 3001,
      host: '127.0.0.1',
      apiTokens: [],
      corsOrigins: [],
      requestLimit: 3_000,
      requestLimitWindowMs: 60_000,
      shutdownGraceMs: 8_000,
      graphql: true,
      graphqlIntrospection: true,
      appId: 'algojuke-worker',
      eventKey: undefined,
      signingKey: undefined,
      dev: true,
      inngest: {
        kind: 'embedded',
        port: 8288,
        dataFile: '.inngest/inngest.db',
        retentionMs: 30 * 24 * 60 * 60 * 1_000,
        synchronous: 'normal',
        requestTimeoutMs: 2 * 60 * 60 * 1_000,
      },
      serveOrigin: undefined,
      transport: 'serve',
      connect: {},
      demoTaskJournal: undefined,
      notices: [],
    });
  });

  it('takes empty variables for not set', () => {
    const empty = {
      PORT: '',
      HOST: ' ',
      INNGEST_DEV: '',
      INNGEST_URL: '',
      INNGEST_SIGNING_KEY: '',
      INNGEST_EMBEDDED_PORT: '',
    };
    expect(Settings.from(empty)).toEqual(Settings.from({}));
  });

  it('reads every variable', () => {
    const settings = Settings.from({
      PORT: '0',
      HOST: '::1',
      INNGEST_APP_ID: 'my-app',
      ...KEYS,
      INNGEST_DEV: 'false',
      INNGEST_URL: 'http://inngest.internal:8288/',
      INNGEST_SERVE_ORIGIN: 'https://worker.example.com/',
      INNGEST_SIGNING_KEY_FALLBACK: 'signkey-prod-34cd',
      API_TOKENS: 'token-0123456789 , other-token-01234==',
      CORS_ORIGINS: 'https://app.example.com/,http://localhost:5173',
      REQUEST_LIMIT: '0',
      REQUEST_LIMIT_WINDOW: '10s',
      DASHBOARD_PASSWORD: 'correct horse',
      DASHBOARD_ORIGIN: 'https://inngest.example.com/',
      DEMO_TASK_JOURNAL: '/tmp/steps.jsonl',
    });
    expect(settings).toMatchObject({
      port: 0,
      host: '::1',
      appId: 'my-app',
      eventKey: 'event-key',
      signingKey: 'signkey-prod-12ab',
      signingKeyFallback: 'signkey-prod-34cd',
      apiTokens: ['token-0123456789', 'other-token-01234=='],
      corsOrigins: ['https://app.example.com', 'http://localhost:5173'],
      requestLimit: 0,
      requestLimitWindowMs: 10_000,
      dashboardPassword: 'correct horse',
      dashboardOrigin: 'https://inngest.example.com',
      dev: false,
      inngest: { kind: 'server', url: 'http://inngest.internal:8288' },
      serveOrigin: 'https://worker.example.com',
      demoTaskJournal: '/tmp/steps.jsonl',
    });
    expect(settings.inngestUrl).toBe('http://inngest.internal:8288');
  });

  it('reads how the embedded server is set up', () => {
    const { inngest } = Settings.from({
      INNGEST_EMBEDDED_PORT: '0',
      INNGEST_EMBEDDED_DATA: ':memory:',
      INNGEST_EMBEDDED_RETENTION: '12h',
      INNGEST_EMBEDDED_SYNCHRONOUS: 'full',
      INNGEST_EMBEDDED_REQUEST_TIMEOUT: '1m30s',
      INNGEST_EMBEDDED_RETRY_INTERVAL: '1s',
    });
    expect(inngest).toEqual({
      kind: 'embedded',
      port: 0,
      dataFile: ':memory:',
      retentionMs: 12 * 60 * 60 * 1_000,
      synchronous: 'full',
      requestTimeoutMs: 90_000,
      retryIntervalMs: 1_000,
    });
  });

  it.each([
    ['42', 42],
    [' 20261127124250 ', 20_261_127_124_250],
    ['0', 0],
    ['', undefined],
    [undefined, undefined],
  ])('takes DEPLOYMENT=%s for %s', (given, deployment) => {
    expect(Settings.from({ DEPLOYMENT: given }).deployment).toBe(deployment);
  });

  it.each(['1.5', '-1', 'v7', '9007199254740993', '7e3'])('refuses DEPLOYMENT=%s', (given) => {
    expect(mistakesIn({ DEPLOYMENT: given })).toEqual([
      expect.stringMatching(/^DEPLOYMENT is .*; it must be a whole number, larger for every rollout/),
    ]);
  });

  it('takes a retry interval without a unit for seconds, as the Dev Server does', () => {
    const { inngest } = Settings.from({ INNGEST_EMBEDDED_RETRY_INTERVAL: '2' });
    expect(inngest).toMatchObject({ retryIntervalMs: 2_000 });
  });

  it.each([
    ['true', true],
    ['1', true],
    [' TRUE ', true],
    ['false', false],
    ['0', false],
  ])('takes INNGEST_DEV=%s for %s', (given, dev) => {
    expect(Settings.from({ ...KEYS, INNGEST_DEV: given }).dev).toBe(dev);
  });

  it('is for development unless NODE_ENV is production, and INNGEST_DEV wins over that', () => {
    expect(Settings.from({ NODE_ENV: 'development' }).dev).toBe(true);
    expect(Settings.from({ NODE_ENV: 'production', ...KEYS }).dev).toBe(false);
    expect(Settings.from({ NODE_ENV: 'production', INNGEST_DEV: 'true' }).dev).toBe(true);
  });

  it('never starts the embedded server with INNGEST_DEV=false: without INNGEST_URL that is Inngest Cloud', () => {
    const settings = Settings.from({ ...KEYS, INNGEST_DEV: 'false', INNGEST_EMBEDDED_PORT: '9000' });
    expect(settings.inngest).toEqual({ kind: 'cloud' });
    expect(settings.inngestUrl).toBeUndefined();
    expect(settings.notices).toEqual([
      expect.stringMatching(/^INNGEST_EMBEDDED_PORT ignored: INNGEST_DEV is false/),
    ]);
  });

  it('says in one line that INNGEST_EMBEDDED_* is ignored when INNGEST_URL is set', () => {
    const { notices } = Settings.from({
      INNGEST_URL: 'http://localhost:8288',
      INNGEST_EMBEDDED_PORT: '9000',
    });
    expect(notices).toEqual([expect.stringMatching(/^INNGEST_EMBEDDED_PORT ignored: INNGEST_URL is set/)]);
  });

  it('knows where the embedded server came to listen', () => {
    const settings = Settings.from({ INNGEST_APP_ID: 'mine' }).withInngestAt('http://localhost:4242');
    expect(settings.inngestUrl).toBe('http://localhost:4242');
    expect(settings.appId).toBe('mine');
  });
});

describe('INNGEST_URL', () => {
  it.each(['http://localhost:8288', 'http://inngest:3001', 'https://127.0.0.1'])('may be %s', (url) => {
    expect(Settings.from({ INNGEST_URL: url }).inngest).toEqual({ kind: 'server', url });
  });

  it.each([
    ['http://10.0.0.7:3001', { HOST: '10.0.0.7' }],
    ['http://localhost', { PORT: '80' }],
  ])('may not be the worker itself: %s', (url, at) => {
    expect(mistakesIn({ INNGEST_URL: url, ...TOKENS, ...at })).toEqual([
      expect.stringMatching(/^INNGEST_URL .* this is the address of the worker[.]$/),
    ]);
  });
});

describe('A wrong setting', () => {
  it('is named with its fix, and all of them at once', () => {
    expect(() => Settings.from({ PORT: 'abc', INNGEST_DEV: 'maybe', INNGEST_URL: 'localhost:8288' })).toThrow(
      [
        '3 settings are wrong:',
        '  - PORT is "abc"; it must be a port: a whole number from 0 (any free port) to 65535, such as PORT=3001.',
        '  - INNGEST_DEV is "maybe"; it must be true or false; set the address of an Inngest server in INNGEST_URL.',
        '  - INNGEST_URL is "localhost:8288"; it must be the http(s) address of an Inngest server without a path, such as INNGEST_URL=http://localhost:8288.',
        'Set them in the environment or in .env; .env.example lists them all.',
      ].join('\n'),
    );
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3001.5'],
    ['HOST', 'http://localhost'],
    ['HOST', 'localhost:3001'],
    ['INNGEST_APP_ID', 'my app'],
    ['INNGEST_EVENT_KEY', 'a/b'],
    ['INNGEST_EVENT_KEY', 'a%b'],
    ['INNGEST_EVENT_KEY', 'a%41'],
    ['INNGEST_EVENT_KEY', '..'],
    ['INNGEST_SIGNING_KEY', 'abc'],
    ['INNGEST_SIGNING_KEY', 'zz'],
    ['INNGEST_SIGNING_KEY', 'signkey-prod-'],
    ['INNGEST_SIGNING_KEY_FALLBACK', '12ab'],
    ['API_TOKENS', 'too-short'],
    ['API_TOKENS', ','],
    ['API_TOKENS', 'token-0123456789,short'],
    ['API_TOKENS', 'token with spaces 0123'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'app.example.com'],
    ['CORS_ORIGINS', 'https://app.example.com/page'],
    ['CORS_ORIGINS', 'https://app.example.com,*'],
    ['REQUEST_LIMIT', '-1'],
    ['REQUEST_LIMIT', '1.5'],
    ['REQUEST_LIMIT_WINDOW', '60'],
    ['DASHBOARD_PASSWORD', 'short'],
    ['DASHBOARD_ORIGIN', 'inngest.example.com'],
    ['INNGEST_DEV', 'http://localhost:8288'],
    ['INNGEST_URL', 'ftp://localhost'],
    ['INNGEST_URL', 'http://localhost:8288/inngest'],
    ['INNGEST_URL', 'http://user:secret@localhost:8288'],
    ['INNGEST_URL', 'http://localhost:3001'],
    ['INNGEST_URL', 'http://127.0.0.1:3001/'],
    ['INNGEST_EMBEDDED_PORT', 'x'],
    ['INNGEST_EMBEDDED_PORT', '3001'],
    ['INNGEST_EMBEDDED_DATA', '/var/lib/inngest/'],
    ['INNGEST_EMBEDDED_RETENTION', '30'],
    ['INNGEST_EMBEDDED_RETENTION', '0s'],
    ['INNGEST_EMBEDDED_SYNCHRONOUS', 'off'],
    ['INNGEST_EMBEDDED_REQUEST_TIMEOUT', 'forever'],
    ['INNGEST_EMBEDDED_RETRY_INTERVAL', '0'],
    ['INNGEST_EMBEDDED_RETRY_INTERVAL', '100ms'],
    ['INNGEST_SERVE_ORIGIN', 'host.docker.internal'],
  ])('%s=%s', (name, value) => {
    expect(mistakesIn({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
  });

  it('names each key that INNGEST_DEV=false needs', () => {
    expect(mistakesIn({ INNGEST_DEV: 'false', ...TOKENS })).toEqual([
      expect.stringMatching(/^INNGEST_EVENT_KEY is missing/),
      expect.stringMatching(/^INNGEST_SIGNING_KEY is missing/),
    ]);
    expect(mistakesIn({ NODE_ENV: 'production', INNGEST_EVENT_KEY: 'k', ...TOKENS })).toEqual([
      expect.stringMatching(/^INNGEST_SIGNING_KEY is missing/),
    ]);
  });
});

describe('The format of the log', () => {
  it.each([
    [{}, undefined],
    [{ NODE_ENV: 'production', INNGEST_DEV: 'true' }, true],
    [{ NODE_ENV: 'production', INNGEST_DEV: 'true', LOG_FORMAT: 'text' }, undefined],
    [{ LOG_FORMAT: 'json' }, true],
  ])('is JSON in production unless LOG_FORMAT says otherwise: %j', (variables, isJson) => {
    expect(Settings.from(variables).hasJsonLogs).toBe(isJson);
  });

  it('is text or json', () => {
    expect(mistakesIn({ LOG_FORMAT: 'xml' })).toEqual([
      'LOG_FORMAT is "xml"; it must be text (lines for people) or json (one object per line, for programs).',
    ]);
  });
});

describe('METRICS_PORT', () => {
  it('is a port of its own on loopback, unless METRICS_HOST says more', () => {
    expect(Settings.from({ METRICS_PORT: '9464' }).metrics).toEqual({ port: 9464, host: '127.0.0.1' });
    expect(Settings.from({ METRICS_PORT: '0', METRICS_HOST: '0.0.0.0' }).metrics).toEqual({
      port: 0,
      host: '0.0.0.0',
    });
  });

  it('is not that of the worker', () => {
    expect(mistakesIn({ METRICS_PORT: '3001' })).toEqual([
      expect.stringMatching(/^METRICS_PORT is 3001; it must be a port that differs from PORT/),
    ]);
  });

  it('is missing where METRICS_HOST stands alone, which the start says', () => {
    expect(Settings.from({ METRICS_HOST: '0.0.0.0' }).notices).toEqual([
      'METRICS_HOST ignored: METRICS_PORT is not set, so PORT answers /metrics.',
    ]);
  });
});

describe('An unknown INNGEST_ name', () => {
  it('is pointed out with the nearest known one', () => {
    expect(Settings.from({ INNGEST_EVENTKEY: 'k', INNGEST_EMBEDED_PORT: '1' }).notices).toEqual([
      'INNGEST_EVENTKEY is not a setting and is ignored. Did you mean INNGEST_EVENT_KEY?',
      'INNGEST_EMBEDED_PORT is not a setting and is ignored. Did you mean INNGEST_EMBEDDED_PORT?',
    ]);
  });

  it('is pointed out without a guess when nothing is near', () => {
    expect(Settings.from({ INNGEST_SOMETHING_ELSE: 'k' }).notices).toEqual([
      'INNGEST_SOMETHING_ELSE is not a setting and is ignored.',
    ]);
  });

  it('is pointed out with our name where the Inngest SDK has another', () => {
    expect(Settings.from({ INNGEST_BASE_URL: 'http://localhost' }).notices).toEqual([
      'INNGEST_BASE_URL is not a setting and is ignored. Did you mean INNGEST_URL?',
    ]);
  });

  it('is pointed out beside a mistake, which it may be the reason of', () => {
    expect(() => Settings.from({ INNGEST_EVENTKEY: 'k', INNGEST_DEV: 'false', ...TOKENS })).toThrow(
      /INNGEST_EVENT_KEY is missing[^]*INNGEST_EVENTKEY is not a setting and is ignored[.] Did you mean/,
    );
  });

  it('is none of our business when it is not about Inngest', () => {
    expect(Settings.from({ PORTT: '1' }).notices).toEqual([]);
  });
});
