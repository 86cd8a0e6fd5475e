import { Banner, mayColour, type Addresses } from './banner.js';

const ADDRESSES: Addresses = {
  worker: 'http://localhost:3001',
  inngest: 'http://localhost:8288',
  target: 'embedded',
  transport: 'serve',
  asksToLogIn: false,
  asksForToken: false,
};

function written(write: (banner: Banner) => void, colours = false): string {
  let text = '';
  write(new Banner((more) => (text += more), colours));
  return text;
}

describe('Banner', () => {
  it('says what runs where', () => {
    expect(written((banner) => banner.addresses(ADDRESSES))).toBe(`
  Background task worker

  Worker     http://localhost:3001
  API docs   http://localhost:3001/docs
  Health     http://localhost:3001/health/ready
  Functions  http://localhost:3001/api/inngest
  Inngest    http://localhost:8288 (embedded in this process)
  Dashboard  http://localhost:8288

`);
  });

  it('says where GraphQL is served', () => {
    const graphql = 'http://localhost:3001/graphql';
    expect(written((banner) => banner.addresses({ ...ADDRESSES, graphql }))).toContain(
      `GraphQL    ${graphql}\n`,
    );
  });

  it('says where the metrics are when they have a port of their own', () => {
    const metrics = 'http://localhost:9464/metrics';
    const text = written((banner) => banner.addresses({ ...ADDRESSES, metrics }));
    expect(text).toContain(`Metrics    ${metrics}\n`);
  });

  it.each([
    ['server', 'Inngest    http://localhost:8288 (at INNGEST_URL)', 'Dashboard  http://localhost:8288'],
    ['cloud', 'Inngest    http://localhost:8288 (Inngest Cloud)', 'Dashboard  https://app.inngest.com'],
  ] as const)('says whose Inngest it is: %s', (target, inngest, dashboard) => {
    const text = written((banner) => banner.addresses({ ...ADDRESSES, target }));
    expect(text).toContain(inngest);
    expect(text).toContain(dashboard);
  });

  it('says with what to log in to the dashboard', () => {
    const text = written((banner) => banner.addresses({ ...ADDRESSES, asksToLogIn: true }));
    expect(text).toContain(
      'Dashboard  http://localhost:8288 (log in with INNGEST_SIGNING_KEY or DASHBOARD_PASSWORD)\n',
    );
  });

  it('shows how to send a token, where one is asked for', () => {
    const text = written((banner) => banner.registered([], { ...ADDRESSES, asksForToken: true }));
    expect(text).toContain(
      `curl -i -X POST http://localhost:3001/demo-tasks -H "authorization: Bearer \${API_TOKENS%%,*}" -H 'content-type`,
    );
  });

  it('says that a worker that connects has no endpoint', () => {
    const text = written((banner) => banner.addresses({ ...ADDRESSES, transport: 'connect' }));
    expect(text).toContain(
      'Functions  called over a connection that this worker opens (INNGEST_TRANSPORT=connect)\n',
    );
    expect(text).not.toContain('/api/inngest');
  });

  it('lists the registered functions and what to try', () => {
    const text = written((banner) => banner.registered(['demo-task', 'another'], ADDRESSES));
    expect(text).toMatch(/Registered functions\n {2}✓ demo-task\n {2}✓ another\n/);
    expect(text).toContain(
      `curl -i -X POST http://localhost:3001/demo-tasks -H 'content-type: application/json' -d '{"taskId":"first"}'`,
    );
  });

  it('is coloured on a terminal, unless NO_COLOR is set', () => {
    expect(mayColour({ isTTY: true }, {})).toBe(true);
    expect(mayColour({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
    expect(mayColour({}, {})).toBe(false);
    expect(written((banner) => banner.registered(['demo-task'], ADDRESSES), true)).toContain(
      '\u001b[32m✓\u001b[39m',
    );
  });
});
