import { Settings } from './settings.js';

describe('GraphQL', () => {
  it('is on unless it is turned off', () => {
    expect(Settings.from({}).graphql).toBe(true);
    expect(Settings.from({ GRAPHQL: 'false' }).graphql).toBe(false);
    expect(() => Settings.from({ GRAPHQL: 'no' })).toThrow('GRAPHQL is "no"');
  });

  it('tells its schema in development, or when asked to', () => {
    const tells = (variables: Record<string, string>) => Settings.from(variables).graphqlIntrospection;

    expect(tells({})).toBe(true);
    expect(tells({ NODE_ENV: 'production', INNGEST_DEV: 'true' })).toBe(false);
    expect(tells({ NODE_ENV: 'production', INNGEST_DEV: 'true', GRAPHQL_INTROSPECTION: 'true' })).toBe(true);
    expect(tells({ GRAPHQL_INTROSPECTION: 'false' })).toBe(false);
  });
});
