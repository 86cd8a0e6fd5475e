import { GraphQLScalarType } from 'graphql';

/** A time in ISO 8601, as in REST. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'A time in ISO 8601, such as 2026-11-23T13:49:03.905Z.',
  serialize: (value) => String(value),
});

/** Any JSON value, for the outputs of functions and steps. It is never an input. */
export const JsonValue = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
});
