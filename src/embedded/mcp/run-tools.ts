import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { RunViews } from '../api/shared/run-views.js';
import { cursorFor, parseRunQuery } from '../api/v2/run-query.js';
import { RunRequests } from '../api/v2/run-requests.js';
import { RunSearch } from '../api/v2/run-search.js';
import { V2Answers } from '../api/v2/v2-answer.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { messageOf } from './message-of.js';
import { RunStatuses } from './run-statuses.js';
import { RunWaits } from './run-waits.js';
import {
  DEFAULT_TIMEOUT_S,
  RUN_ID,
  takes,
  textOf,
  TIMEOUT_S,
  ToolError,
  type Arguments,
  type Tool,
  type ToolGroup,
} from './tool.js';

/** Lists, shows, awaits, cancels and replays runs. */
@Injectable()
export class RunTools implements ToolGroup {
  readonly tools: readonly Tool[] = [
    {
      name: 'list_runs',
      title: 'List runs',
      description:
        'Lists runs, newest first, like GET /api/v2/runs. To get the next page, send the "cursor" of the result.',
      inputSchema: takes({
        status: {
          type: 'array',
          items: { type: 'string', enum: ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] },
          description: 'Only runs with one of these statuses',
        },
        functionId: {
          type: 'string',
          description: 'Only runs of this function: its slug, see list_functions',
        },
        search: {
          type: 'string',
          description: 'A text to find in runs, or an expression on "event" and "output"',
        },
        limit: { type: 'integer', minimum: 1, maximum: 100, description: 'How many (default 20)' },
        cursor: { type: 'string', description: 'The cursor of the previous page' },
      }),
      isReadOnly: true,
      call: (args) => this.list(args),
    },
    {
      name: 'get_run_status',
      title: 'Get a run',
      description:
        'Returns a run with its output or error, every step with its status, attempts and output, and what it waits for.',
      inputSchema: takes({ runId: RUN_ID }, ['runId']),
      isReadOnly: true,
      call: ({ runId }) => this.statuses.byId(String(runId)),
    },
    {
      name: 'poll_run_status',
      title: 'Wait for runs',
      description:
        'Waits until all of these runs have ended or the timeout is over. Returns each run like get_run_status, and counts. ' +
        'On a virtual clock, waiting does not wake a run that sleeps: use advance_clock.',
      inputSchema: takes(
        {
          runIds: { type: 'array', items: RUN_ID, minItems: 1, maxItems: 100 },
          timeout: TIMEOUT_S,
          pollInterval: {
            type: 'integer',
            minimum: 1,
            description:
              'Has no effect: it exists for clients of the Dev Server, and this server does not poll',
          },
        },
        ['runIds'],
      ),
      isReadOnly: true,
      takesTime: true,
      call: (args, signal) => this.poll(args, signal),
    },
    {
      name: 'cancel_run',
      title: 'Cancel a run',
      description:
        'Cancels a run that has not ended. It does not interrupt a call to the app that is under way.',
      inputSchema: takes({ runId: RUN_ID }, ['runId']),
      isReadOnly: false,
      call: async ({ runId }) => ({
        runId: (await this.requests.cancel(String(runId))).id,
        status: 'Cancelled',
      }),
    },
    {
      name: 'rerun',
      title: 'Run again',
      description:
        'Starts a new run of the same function with the same events, and executes all steps again. Returns the new run.',
      inputSchema: takes({ runId: RUN_ID }, ['runId']),
      isReadOnly: false,
      call: ({ runId }) => this.rerun(String(runId), {}),
    },
    {
      name: 'replay_from_step',
      title: 'Replay a run from a step',
      description:
        'Starts a new run that takes over the results of the steps before this step, and executes this step and those ' +
        'after it. Returns the new run: wait for it with poll_run_status.',
      inputSchema: takes(
        {
          runId: RUN_ID,
          stepId: {
            type: 'string',
            minLength: 1,
            description: 'The id of the step, or its name if no other step has the same',
          },
          input: { type: 'array', description: "The arguments that replace the step's own" },
        },
        ['runId', 'stepId'],
      ),
      isReadOnly: false,
      call: ({ runId, ...fromStep }) => this.rerun(String(runId), { fromStep }),
    },
  ];

  constructor(
    private readonly statuses: RunStatuses,
    private readonly waits: RunWaits,
    private readonly requests: RunRequests,
    private readonly search: RunSearch,
    private readonly views: RunViews,
    private readonly functions: FunctionRegistry,
    private readonly answers: V2Answers,
    private readonly clock: Clock,
  ) {}

  private async list({ status, functionId, search, limit, cursor }: Arguments): Promise<object> {
    const query = {
      ...(status !== undefined && { status: status as string[] }),
      ...(functionId !== undefined && { function: textOf(functionId) }),
      ...(search !== undefined && { search: textOf(search) }),
      ...(limit !== undefined && { limit: String(Number(limit)) }),
      ...(cursor !== undefined && { cursor: textOf(cursor) }),
    };
    const asked = parseRunQuery(query, this.functions, this.clock.now());
    const { runs, next } = await this.search.page(asked);
    return {
      runs: runs.map((run) => this.views.listed(run, false)),
      cursor: next && cursorFor(asked.order, next),
    };
  }

  private async poll(
    { runIds, timeout = DEFAULT_TIMEOUT_S }: Arguments,
    signal: AbortSignal,
  ): Promise<object> {
    const ids = [...new Set(runIds as string[])];
    // Before the wait, so that an agent does not wait for a run that does not exist.
    for (const id of ids) this.assertExists(id);
    await this.waits.ended(ids, Number(timeout) * 1_000, signal);
    const runs = ids.map((id) => this.statuses.byId(id));
    const count = (...words: string[]): number => runs.filter(({ status }) => words.includes(status)).length;
    return {
      runs,
      completed: count('Completed'),
      running: count('Scheduled', 'Running'),
      failed: count('Failed', 'Cancelled'),
    };
  }

  private assertExists(runId: string): void {
    try {
      this.answers.run(runId);
    } catch (error) {
      throw new ToolError(`${runId}: ${messageOf(error)}`);
    }
  }

  private async rerun(runId: string, body: object): Promise<object> {
    const { id, status } = await this.requests.rerun(runId, body);
    return { runId: id, originalRunId: runId, status: status === 'QUEUED' ? 'Scheduled' : 'Running' };
  }
}
