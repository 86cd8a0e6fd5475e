import { readFile } from 'node:fs/promises';
import { buildSchema, isEnumType, isInputObjectType, isObjectType, type GraphQLNamedType } from 'graphql';
import { printedSchema } from './printed-schema.js';

const FILE = new URL('schema.graphql', import.meta.url);

describe('schema.graphql', () => {
  it('is what the worker serves; make it anew with `npm run graphql:schema`', async () => {
    expect(await readFile(FILE, 'utf8')).toBe(await printedSchema());
  });

  it('describes every type, field, argument and value', async () => {
    const types = Object.values(buildSchema(await readFile(FILE, 'utf8')).getTypeMap()).filter(
      ({ astNode }) => astNode !== undefined && astNode !== null,
    );
    const isRoot = ({ name }: GraphQLNamedType): boolean => /^(Query|Mutation|Subscription)$/.test(name);

    expect(types.length).toBeGreaterThan(20);
    expect(types.filter((type) => !type.description && !isRoot(type)).map(({ name }) => name)).toEqual([]);
    expect(types.flatMap(undescribed)).toEqual([]);
  });
});

/** The parts of a type that have no description. */
function undescribed(type: GraphQLNamedType): string[] {
  if (isEnumType(type)) {
    // The values of a status are described in another enum.
    if (type.name === 'ListedStatus') return [];
    return type.getValues().flatMap(({ name, description }) => (description ? [] : [`${type.name}.${name}`]));
  }
  if (!isObjectType(type) && !isInputObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => {
    const args = 'args' in field ? field.args : [];
    return [field, ...args].flatMap(({ name, description }) =>
      description ? [] : [`${type.name}.${field.name}.${name}`],
    );
  });
}
