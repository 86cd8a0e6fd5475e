import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { unknownNames } from '../../common/unknown-names.js';
import { ClockMoves } from '../api/v2/clock-moves.js';
import { EventTools } from './event-tools.js';
import { FunctionTools } from './function-tools.js';
import { messageOf } from './message-of.js';
import { RunTools } from './run-tools.js';
import { ToolError, type Arguments, type Tool, type ToolGroup } from './tool.js';
import { VirtualTimeTools } from './virtual-time-tools.js';
import { WaitingTools } from './waiting-tools.js';

/** The result of a tool, in the form of the protocol. */
export interface ToolResult {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: true;
}

/** Returns what is wrong with the arguments; undefined if they match the schema. */
export type CheckArguments = (tool: Tool, args: Arguments) => string | undefined;

/** Lists and calls the tools. */
@Injectable()
export class ToolCalls {
  private readonly logger = new Logger('Inngest');
  private readonly groups: readonly ToolGroup[];

  constructor(
    private readonly clock: Clock,
    private readonly moves: ClockMoves,
    events: EventTools,
    functions: FunctionTools,
    runs: RunTools,
    waiting: WaitingTools,
    virtualTime: VirtualTimeTools,
  ) {
    this.groups = [events, functions, runs, waiting, virtualTime];
  }

  /** The tools of this server. Some exist only on a virtual clock. */
  list(): Tool[] {
    return this.all().filter(({ needsVirtualClock = false }) => !needsVirtualClock || this.moves.arePossible);
  }

  /** Calls a tool. It never throws: an error becomes a result, which the agent reads. */
  async call(name: string, args: Arguments, check: CheckArguments, signal: AbortSignal): Promise<ToolResult> {
    try {
      const tool = this.getOrThrow(name);
      const problem =
        unknownNames('arguments', Object.keys(args), Object.keys(tool.inputSchema.properties)) ??
        check(tool, args);
      if (problem !== undefined) throw new ToolError(problem);
      return resultOf(await this.run(tool, args, signal));
    } catch (error) {
      const message = messageOf(error);
      if (message === undefined && !signal.aborted) this.logger.error(error);
      return { content: [{ type: 'text', text: message ?? 'Internal server error' }], isError: true };
    }
  }

  private async run(tool: Tool, args: Arguments, signal: AbortSignal): Promise<object> {
    if (tool.takesTime === true) return await tool.call(args, signal);
    const release = this.clock.hold(`the tool ${tool.name} at /mcp`);
    try {
      return await tool.call(args, signal);
    } finally {
      release();
    }
  }

  private getOrThrow(name: string): Tool {
    const tool = this.all().find((candidate) => candidate.name === name);
    if (!tool) {
      const names = this.list().map((one) => one.name);
      throw new ToolError(`Unknown tool "${name}". Known tools: ${names.join(', ')}.`);
    }
    if (tool.needsVirtualClock !== true || this.moves.arePossible) return tool;
    throw new ToolError(
      `${name} needs a virtual clock, but this server uses the machine's clock. Start it with --clock virtual.`,
    );
  }

  private all(): Tool[] {
    return this.groups.flatMap(({ tools }) => tools);
  }
}

function resultOf(result: object): ToolResult {
  const text = JSON.stringify(result, null, 2);
  // Parsed again, because the protocol's messages cannot contain undefined.
  return {
    content: [{ type: 'text', text }],
    structuredContent: JSON.parse(text) as Record<string, unknown>,
  };
}
