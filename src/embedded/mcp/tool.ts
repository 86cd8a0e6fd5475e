/** A JSON Schema of an object, as the protocol describes the arguments of a tool. */
export interface ArgumentsSchema {
  type: 'object';
  properties: Record<string, object>;
  required?: string[];
  additionalProperties: false;
}

/** What a tool is called with: the values have the types that its schema names. */
export type Arguments = Record<string, unknown>;

/** Something that an agent can do with this server. */
export interface Tool {
  name: string;
  title: string;
  /** Tells the agent what the tool does and returns. */
  description: string;
  inputSchema: ArgumentsSchema;
  /** Whether it changes nothing. */
  isReadOnly: boolean;
  /** Whether it moves the clock, or waits while time passes. During all other tools a virtual clock stands still. */
  takesTime?: boolean;
  /** Whether it exists only on a virtual clock, as fault injection does. */
  needsVirtualClock?: boolean;
  /**
   * @param signal aborted when nobody waits for the result any more
   * @returns an object, for JSON
   * @throws HttpException, ToolError, InvalidEventError: what is wrong, for the agent
   */
  call(args: Arguments, signal: AbortSignal): object | Promise<object>;
}

/** Provides some of the tools. */
export interface ToolGroup {
  readonly tools: readonly Tool[];
}

/** A tool cannot do what it was called for. The message is for the agent. */
export class ToolError extends Error {
  override name = 'ToolError';
}

/** @param required the names of the arguments that must be given */
export function takes(properties: Record<string, object>, required: string[] = []): ArgumentsSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** An argument whose schema says that it is a text, if it was given. */
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
    'Seconds to wait at most (default 30). Many clients give up on a tool after 60 s: raise their limit for more.',
};

/** The seconds that a tool waits unless its `timeout` says otherwise. */
export const DEFAULT_TIMEOUT_S = 30;
