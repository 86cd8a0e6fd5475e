import { Banner } from './banner.js';
import { Settings } from './config/index.js';
import { exposureOf } from './exposure.js';

const API_TOKENS = 'token-0123456789';
const KEYS = { INNGEST_SIGNING_KEY: '12ab', INNGEST_EVENT_KEY: 'key' };

function said(variables: Record<string, string>): string {
  let text = '';
  new Banner((more) => (text += more), false).exposure(
    exposureOf(Settings.from({ API_TOKENS, ...variables }), 3005),
  );
  return text;
}

describe('A worker that others reach without a signing key', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5', 'my-machine'])(
    'says in one block what they can do: %s',
    (HOST) => {
      const text = said({ HOST });

      expect(text).toMatch(
        new RegExp(`^\\n {2}⚠ HOST=${HOST} without a signing key: anyone who can reach port 3005 `),
      );
      for (const part of ['POST /api/inngest', 'API_TOKENS', '/health']) expect(text).toContain(part);
      expect(text.trim()).not.toContain('\n\n\n');
    },
  );

  it('says how to close it', () => {
    const text = said({ HOST: '0.0.0.0' });

    for (const part of ['HOST=127.0.0.1', 'INNGEST_SIGNING_KEY', 'firewall']) expect(text).toContain(part);
  });

  it('says that the embedded server is not open, if there is one', () => {
    expect(said({ HOST: '0.0.0.0' })).toContain('it listens on 127.0.0.1');
    expect(said({ HOST: '0.0.0.0', INNGEST_URL: 'http://localhost:8288' })).not.toContain(
      'embedded Inngest is',
    );
  });

  it.each<Record<string, string>>([
    {},
    { HOST: 'localhost' },
    { HOST: '127.0.0.2' },
    { HOST: '::1' },
    { HOST: '0.0.0.0', ...KEYS },
  ])('has nothing to say with %j', (variables) => {
    expect(said(variables)).toBe('');
  });
});
