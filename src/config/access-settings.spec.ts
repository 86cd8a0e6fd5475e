import { signingKeyHash } from '../common/signing-key-hash.js';
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

describe('Keys, tokens and passwords', () => {
  it('says that a password for a dashboard that is open counts for nothing', () => {
    const password = { DASHBOARD_PASSWORD: 'correct horse' };
    expect(Settings.from(password).notices).toEqual([
      expect.stringMatching(/^DASHBOARD_PASSWORD ignored: .* only with INNGEST_SIGNING_KEY/),
    ]);
    expect(Settings.from({ ...password, ...KEYS }).notices).toEqual([]);
    expect(Settings.from({ ...password, INNGEST_URL: 'http://localhost:8288' }).notices).toEqual([
      expect.stringMatching(/^DASHBOARD_PASSWORD ignored: INNGEST_URL is set/),
    ]);
  });

  it('knows what must stand in no log line, in every form in which a signing key is shown', () => {
    const fallback = 'signkey-prod-34cd';
    const { secrets } = Settings.from({ ...KEYS, INNGEST_SIGNING_KEY_FALLBACK: fallback });
    expect(secrets).toEqual(
      expect.arrayContaining([
        'token-0123456789',
        'event-key',
        'signkey-prod-12ab',
        '12ab',
        fallback,
        signingKeyHash(fallback),
        signingKeyHash('34cd'),
      ]),
    );
  });

  it('does not show a key that it refuses', () => {
    const secrets = {
      API_TOKENS: 'top',
      INNGEST_SIGNING_KEY: 'top-secret',
      INNGEST_SIGNING_KEY_FALLBACK: 'top-secret',
      INNGEST_EVENT_KEY: 'top secret',
      DASHBOARD_PASSWORD: 'top',
    };
    expect(mistakesIn(secrets)).toHaveLength(5);
    expect(mistakesIn(secrets).join()).not.toContain('top');
  });
});

describe('API_TOKENS', () => {
  it.each<[string, Record<string, string>]>([
    ['with INNGEST_DEV=false', { ...KEYS, INNGEST_DEV: 'false' }],
    ['in production', { ...KEYS, NODE_ENV: 'production' }],
    ['when HOST lets others in', { HOST: '0.0.0.0' }],
    ['when HOST is an address of the network', { HOST: '192.168.1.5' }],
    ['when HOST is a name', { HOST: 'my-machine', INNGEST_URL: 'http://localhost:8288' }],
  ])('is required %s, and the refusal says how to make one', (_when, variables) => {
    expect(mistakesIn({ ...variables, API_TOKENS: '' })).toEqual([
      expect.stringMatching(/^API_TOKENS is missing; .* required .*node -p "crypto[.]randomBytes/),
    ]);
    expect(mistakesIn({ ...variables, ...TOKENS })).toEqual([]);
  });

  it.each(['127.0.0.1', 'localhost', '::1', '127.0.0.2'])('is not required on %s', (HOST) => {
    expect(mistakesIn({ HOST })).toEqual([]);
  });
});
