import {
  getOperationAST,
  GraphQLError,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** How deep fields may stand in one another. The deepest that the schema has, without introspection, is 6. */
export const MAX_DEPTH = 8;

/** What an operation may cost at most. A page of 100 tasks with every field costs about 1,500. */
export const MAX_COST = 2_000;

/** Words and signs of an operation: beyond it, it is not even parsed. */
export const MAX_TOKENS = 2_000;

/** Fields that ask Inngest, and what they cost beside their own fields. */
const ASKING: Readonly<Record<string, number>> = {
  demoTask: 10,
  demoTasks: 10,
  requestDemoTask: 10,
  cancelDemoTask: 20,
  replayDemoTask: 20,
  demoTaskProgress: 10,
};

/** Fields whose own fields cost as often as there are things on the page, and how many these are by default. */
const PAGES: Readonly<Record<string, number>> = { demoTasks: 20 };

type Variables = Readonly<Record<string, unknown>>;

interface Size {
  readonly cost: number;
  readonly depth: number;
}

/**
 * Refuses an operation that is nested too deep or asks for too much. Each field costs 1, as often as it is asked for.
 *
 * @throws GraphQLError with the code `OPERATION_TOO_LARGE`
 */
export function assertWithinLimits(
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables | null | undefined,
): void {
  const operation = getOperationAST(document, operationName);
  if (!operation) return;
  const { cost, depth } = sizeOf(operation, document, { ...defaultsOf(operation), ...variables });
  if (depth > MAX_DEPTH) throw tooLarge(`is ${depth} levels deep; ${MAX_DEPTH} are allowed`);
  if (cost > MAX_COST)
    throw tooLarge(`costs ${cost}; ${MAX_COST} is allowed. Ask for fewer fields or tasks at a time`);
}

/** The cost and the depth of an operation. Fragments may not stand in themselves, which GraphQL has checked before. */
export function sizeOf(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  variables: Variables,
): Size {
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  // Each fragment is measured once: there may be as many uses of it as two to the power of their number.
  const measured = new Map<string, Size>();
  const ofFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, { cost: 0, depth: 0 });
    const fragment = fragments.get(name);
    const size = fragment ? ofSelection(fragment.selectionSet) : { cost: 0, depth: 0 };
    measured.set(name, size);
    return size;
  };
  const ofField = (field: FieldNode): Size => {
    const name = field.name.value;
    // GraphQL limits the depth of introspection itself.
    if (name.startsWith('__')) return { cost: 1, depth: 0 };
    const inner = field.selectionSet ? ofSelection(field.selectionSet) : { cost: 0, depth: 0 };
    const times = name in PAGES ? pageOf(field, variables, PAGES[name] ?? 1) : 1;
    return { cost: 1 + (ASKING[name] ?? 0) + times * inner.cost, depth: 1 + inner.depth };
  };
  const ofSelection = ({ selections }: SelectionSetNode): Size => {
    let cost = 0;
    let depth = 0;
    for (const selection of selections) {
      const size =
        selection.kind === Kind.FIELD
          ? ofField(selection)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? ofSelection(selection.selectionSet)
            : ofFragment(selection.name.value);
      cost += size.cost;
      depth = Math.max(depth, size.depth);
    }
    return { cost, depth };
  };
  return ofSelection(operation.selectionSet);
}

function pageOf(field: FieldNode, variables: Variables, otherwise: number): number {
  const value = field.arguments?.find(({ name }) => name.value === 'first')?.value;
  const given: unknown =
    value?.kind === Kind.INT
      ? Number(value.value)
      : value?.kind === Kind.VARIABLE
        ? variables[value.name.value]
        : undefined;
  return typeof given === 'number' && given > 0 ? given : otherwise;
}

/** What the whole numbers among its variables are unless the request says something else. */
function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)] as const] : [],
  );
  return Object.fromEntries(defaults);
}

function tooLarge(what: string): GraphQLError {
  return new GraphQLError(`The operation ${what}.`, {
    extensions: { code: 'OPERATION_TOO_LARGE', http: { status: 400 } },
  });
}
