import { Injectable } from '@nestjs/common';
import { readMove } from '../api/v2/clock-move.js';
import { ClockMoves } from '../api/v2/clock-moves.js';
import { ForcedFailures } from '../calls/forced-failures.js';
import { FunctionTools } from './function-tools.js';
import { takes, textOf, type Arguments, type Tool, type ToolGroup } from './tool.js';

/** Moves the clock and makes steps fail, for tests. These tools exist only on a virtual clock. */
@Injectable()
export class VirtualTimeTools implements ToolGroup {
  readonly tools: readonly Tool[] = [
    {
      name: 'advance_clock',
      title: 'Advance the clock',
      description:
        'Moves the virtual clock forward, and stops at every sleep, retry, timeout and cron tick on the way. Returns by how ' +
        'much the clock moved, the new time, and when the next of these is due. Then use poll_run_status.',
      inputSchema: takes(
        {
          by: {
            type: ['string', 'integer'],
            description:
              '"next" to move to the next of these, a duration such as "1h30m", or a number of milliseconds',
          },
        },
        ['by'],
      ),
      isReadOnly: false,
      takesTime: true,
      needsVirtualClock: true,
      call: ({ by }, signal) => this.clock.advance(readMove({ by }), signal),
    },
    {
      name: 'fail_step',
      title: 'Make a step fail',
      description:
        'Makes the next attempts of a step fail, in all runs, without executing its code. It shows retries, and what a ' +
        'function does when a step fails for good. It applies to attempts that begin after this call.',
      inputSchema: takes(
        {
          stepId: { type: 'string', minLength: 1, description: 'The id or the name of the step' },
          times: {
            type: 'integer',
            minimum: 1,
            maximum: 1_000_000,
            description: 'How many attempts fail (default 1)',
          },
          functionId: { type: 'string', description: 'Only in this function; see list_functions' },
          error: { type: 'string', description: 'The message of the error' },
          isFinal: {
            type: 'boolean',
            description: 'If true, the first failed attempt is not retried (default false)',
          },
        },
        ['stepId'],
      ),
      isReadOnly: false,
      needsVirtualClock: true,
      call: (args) => this.failStep(args),
    },
  ];

  constructor(
    private readonly clock: ClockMoves,
    private readonly failures: ForcedFailures,
    private readonly functions: FunctionTools,
  ) {}

  private failStep({ stepId, times = 1, functionId, error, isFinal = false }: Arguments): object {
    const step = String(stepId);
    const named = textOf(functionId);
    const fn = named === undefined ? undefined : this.functions.named(named);
    const message = textOf(error) ?? `The tool fail_step made the step "${step}" fail.`;
    const failure = {
      step,
      times: Number(times),
      functionId: fn?.slug,
      isFinal: isFinal === true,
    };
    this.failures.add({ ...failure, error: { name: 'Error', message } });
    return {
      stepId: step,
      times: failure.times,
      functionId: fn?.slug,
      isFinal: failure.isFinal,
      error: message,
    };
  }
}
