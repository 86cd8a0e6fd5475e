import { buildSchema, graphql } from 'graphql';
import { coercionFields } from './coercion-fields.js';

const schema = buildSchema(
  'type Query { f(input: I, n: Int): Int } input I { a: String! b: Int deep: I list: [I!] }',
);

/** The fields that are named as wrong for these variables. */
async function fieldOf(variables: Record<string, unknown>): Promise<string[] | undefined> {
  const source = 'query ($input: I, $n: Int) { f(input: $input, n: $n) }';
  const { errors = [] } = await graphql({ schema, source, variableValues: variables });
  return coercionFields(errors[0]?.message ?? '')?.map(({ field }) => field);
}

describe('The wrong fields that GraphQL names', () => {
  it.each([
    [{ input: {} }, ['a']],
    [{ input: { a: 1 } }, ['a']],
    [{ input: { a: 'x', c: 1 } }, ['c']],
    [{ input: { a: 'x', b: 1.5 } }, ['b']],
    [{ input: { a: 'x', deep: {} } }, ['deep.a']],
    [{ input: { a: 'x', deep: { a: 'x', b: 'y' } } }, ['deep.b']],
    [{ input: 'x' }, ['input']],
    [{ n: 'x' }, ['n']],
  ])('of %j are %j', async (variables, fields) => {
    expect(await fieldOf(variables)).toEqual(fields);
  });

  it('are none in other messages', () => {
    expect(coercionFields('Cannot query field "x" on type "Query".')).toBeUndefined();
  });
});
