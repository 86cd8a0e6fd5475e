/** The JSON Schema of a tool's arguments, in the form of the protocol. */
export interface ArgumentsSchema {
  type: 'object';
  properties: Record<string, object>;
  required?: string[];
  additionalProperties: false;
}

/** The arguments of a tool call. The values have the types of the tool's schema. */
export type Arguments = Record<string, unknown>;

/** A tool that agents can call. */
export interface Tool {
  name: string;
  title: string;
  /** Describes to the agent what the tool does and returns. */
  description: string;
  inputSchema: ArgumentsSchema;
  /** Whether it changes nothing. */
  isReadOnly: boolean;
  /** Whether the tool moves the clock or waits for runs. All other tools hold a virtual clock while they run. */
  takesTime?: boolean;
  /** Whether the tool exists only on a virtual clock. */
  needsVirtualClock?: boolean;
  /**
   * Calls the tool.
   *
   * @param signal aborted when the agent has closed the connection
   * @returns an object, for JSON
   * @throws HttpException, ToolError, InvalidEventError with a message for the agent
   */
  call(args: Arguments, signal: AbortSignal): object | Promise<object>;
}

/** Provides some of the tools. */
export interface ToolGroup {
  readonly tools: readonly Tool[];
}

/** A tool cannot do what the agent asked for. The message is for the agent. */
export class ToolError extends Error {
  override name = 'ToolError';
}

/** Makes the schema of a tool's arguments. @param required the names of the required arguments */
export function takes(properties: Record<string, object>, required: string[] = []): ArgumentsSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** The value of an argument that is a string in the schema; undefined if it is absent. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Schemas of arguments that several tools have. */
export const RUN_ID = { type: 'string', description: 'The id of a run, such as send_event returns' };

export const TIMEOUT_S = {
  type: 'number',
  minimum: 0,
  maximum: 600,
  description:
    'The longest wait, in seconds (default 30). Many clients stop waiting for a tool after 60 s; raise their limit for more.',
};

/** The default of `timeout`, in seconds. */
export const DEFAULT_TIMEOUT_S = 30;
