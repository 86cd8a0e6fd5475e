import { GraphQLScalarType } from 'graphql';

/** A time as ISO 8601, as the rest of the worker tells it. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'A time in ISO 8601, such as 2026-11-23T13:49:03.905Z.',
  serialize: (value) => String(value),
});

/** Any JSON, for what functions and steps return. It is never an input. */
export const JsonValue = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
});
