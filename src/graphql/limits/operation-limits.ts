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

/** The deepest nesting of fields. Without introspection the schema needs at most 6. */
export const MAX_DEPTH = 8;

/** The highest cost of an operation. A page of 100 tasks with every field costs about 1,500. */
export const MAX_COST = 2_000;

/** The most tokens of an operation. A larger operation is not parsed. */
export const MAX_TOKENS = 2_000;

/** The fields that need requests to Inngest, with their cost in addition to their subfields. */
const ASKING: Readonly<Record<string, number>> = {
  demoTask: 10,
  demoTasks: 10,
  requestDemoTask: 10,
  cancelDemoTask: 20,
  replayDemoTask: 20,
  demoTaskProgress: 10,
};

/**
 * The fields that return pages, with the default size of the page, by which the cost of their subfields is multiplied.
 */
const PAGES: Readonly<Record<string, number>> = { demoTasks: 20 };

type Variables = Readonly<Record<string, unknown>>;

interface Size {
  readonly cost: number;
  readonly depth: number;
}

/**
 * Rejects an operation that is nested too deeply or costs too much. Each requested field costs 1.
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
  if (depth > MAX_DEPTH) throw tooLarge(`is ${depth} levels deep; the limit is ${MAX_DEPTH}`);
  if (cost > MAX_COST)
    throw tooLarge(`costs ${cost}; the limit is ${MAX_COST}. Request fewer fields or tasks`);
}

/** The cost and the depth of an operation. GraphQL has already rejected fragments that contain themselves. */
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
  // Measure each fragment once, because n nested fragments can be used 2^n times.
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
    // GraphQL itself limits the depth of introspection.
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

/** The default values of the operation's integer variables. */
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
