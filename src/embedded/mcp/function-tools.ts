import { Injectable } from '@nestjs/common';
import { FunctionViews } from '../api/v2/function-views.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { EventIntake } from '../intake/event-intake.js';
import { DATA, eventData } from './event-data.js';
import { RunStatuses } from './run-statuses.js';
import { RunWaits } from './run-waits.js';
import {
  DEFAULT_TIMEOUT_S,
  takes,
  TIMEOUT_S,
  ToolError,
  type Arguments,
  type Tool,
  type ToolGroup,
} from './tool.js';

/** Lists and invokes functions. */
@Injectable()
export class FunctionTools implements ToolGroup {
  readonly tools: readonly Tool[] = [
    {
      name: 'list_functions',
      title: 'List functions',
      description: 'Lists the registered functions with their triggers, flow control and pauses.',
      inputSchema: takes({ appId: { type: 'string', description: 'Only the functions of this app' } }),
      isReadOnly: true,
      call: ({ appId }) => this.list(appId),
    },
    {
      name: 'invoke_function',
      title: 'Invoke a function',
      description:
        'Starts a run of one function with these data, waits until the run has ended, and returns it with its output. The ' +
        'triggers of the function do not matter. A run that has not ended within the timeout goes on; then the result says ' +
        'what it waits for.',
      inputSchema: takes(
        {
          functionId: {
            type: 'string',
            description: 'The id, slug or name of a function; see list_functions',
          },
          appId: {
            type: 'string',
            description: 'The app of the function, if several apps have a function with this id',
          },
          data: DATA,
          idempotencyKey: {
            type: 'string',
            minLength: 1,
            description: 'A second invocation with the same key within 24 hours starts no run',
          },
          timeout: TIMEOUT_S,
        },
        ['functionId'],
      ),
      isReadOnly: false,
      takesTime: true,
      call: (args, signal) => this.invoke(args, signal),
    },
  ];

  constructor(
    private readonly functions: FunctionRegistry,
    private readonly views: FunctionViews,
    private readonly intake: EventIntake,
    private readonly waits: RunWaits,
    private readonly statuses: RunStatuses,
  ) {}

  /**
   * Finds the function that an agent names.
   *
   * @param name its id with or without the app's prefix, its UUID, or its display name
   * @throws ToolError when no function or several functions have the name
   */
  named(name: string, appId?: unknown): AppFunction {
    const inApp = this.functions.active().filter((fn) => appId === undefined || fn.app.name === appId);
    const exact = inApp.find(({ id, slug }) => slug === name || id === name);
    if (exact) return exact;
    const ofId = inApp.filter(({ shortId }) => shortId === name);
    const found = ofId.length > 0 ? ofId : inApp.filter((fn) => fn.name === name);
    const [fn] = found;
    if (fn && found.length === 1) return fn;
    const slugs = (found.length > 1 ? found : inApp).map(({ slug }) => slug).join(', ');
    throw new ToolError(
      found.length > 1
        ? `Several functions have the name "${name}": ${slugs}. Send one of these slugs.`
        : `Unknown function "${name}". Registered functions: ${slugs || 'none'}.`,
    );
  }

  private list(appId: unknown): object {
    const functions = this.functions
      .active()
      .filter(({ app }) => appId === undefined || app.name === appId)
      .map((fn) => {
        const { id, name, triggers, configuration, pause } = this.views.of(fn);
        return { id, slug: fn.slug, appId: fn.app.name, name, url: fn.url, triggers, configuration, pause };
      });
    return { functions, count: functions.length };
  }

  private async invoke(args: Arguments, signal: AbortSignal): Promise<object> {
    const fn = this.named(String(args['functionId']), args['appId']);
    const key = args['idempotencyKey'] as string | undefined;
    const invoked = await this.intake.invoke(fn, { data: eventData(args['data']) }, key);
    if (invoked.kind === 'skipped') throw new ToolError(`The function started no run: ${invoked.reason}`);
    if (invoked.kind === 'deferred')
      return { functionId: fn.slug, status: 'deferred', reason: invoked.reason };
    const { runId } = invoked;
    if (runId === undefined) {
      return {
        functionId: fn.slug,
        status: 'deferred',
        reason: 'the first invocation has started no run yet',
      };
    }
    const { timeout = DEFAULT_TIMEOUT_S } = args;
    await this.waits.ended([runId], Number(timeout) * 1_000, signal);
    return { ...this.statuses.byId(runId), isRepeated: invoked.kind === 'repeated' };
  }
}
