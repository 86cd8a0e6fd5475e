import { closeAfterEach } from './support/close-after-each.js';
import { begun, startFollowedTask } from './support/followed-task.js';
import { execute, GraphqlClient } from './support/graphql.js';

const TOKEN = 'a-token-of-16-letters';
const closing = closeAfterEach();

function connected(url: string, authorization?: string): GraphqlClient {
  return closing(new GraphqlClient(url, { ...(authorization && { connectionParams: { authorization } }) }));
}

describe('A subscription', () => {
  it('counts as a request against REQUEST_LIMIT, whatever becomes of it', async () => {
    const { url, clock, eventId } = await startFollowedTask(closing, {
      REQUEST_LIMIT: '3',
      REQUEST_LIMIT_WINDOW: '10s',
    });
    const client = connected(url);
    expect((await execute(url, { query: '{ __typename }' })).status).toBe(200);
    await client.send('subscription { none }').over;
    await begun(client.subscribe(eventId));
    await clock.advance(4_000);

    const refused = client.subscribe(eventId);
    await refused.over;

    expect(refused.errors).toEqual([
      {
        message: 'More than 3 requests within 10 s. Try again in 6 s, or raise REQUEST_LIMIT.',
        extensions: { code: 'TOO_MANY_REQUESTS', retryAfter: 6 },
      },
    ]);
    expect((await execute(url, { query: '{ __typename }' })).status).toBe(429);
    await clock.advance(6_000);
    await begun(client.subscribe(eventId));
  });

  it('counts for the token of connection_init', async () => {
    const other = 'another-of-16-letters';
    const { url, eventId } = await startFollowedTask(closing, {
      REQUEST_LIMIT: '1',
      API_TOKENS: `${TOKEN},${other}`,
    });
    await begun(connected(url, `Bearer ${TOKEN}`).subscribe(eventId));

    const query = { query: '{ __typename }' };
    expect((await execute(url, query, { authorization: `Bearer ${TOKEN}` })).status).toBe(429);
    expect((await execute(url, query, { authorization: `Bearer ${other}` })).status).toBe(200);
  });
});
