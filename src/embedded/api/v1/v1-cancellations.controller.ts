import { Body, Controller, Delete, Get, HttpCode, HttpException, Param, Post } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import type { AppFunction } from '../../functions/app-function.js';
import { RunCancellations, type CancellationRequest } from '../../runs/run-cancellations.js';
import { ExpressionSyntaxError, TooCostlyError } from '../../expressions/index.js';
import { isUlid } from '../../store/ids.js';
import { isRecord } from '../../../common/is-record.js';
import type { Job } from '../../store/job.store.js';
import type { Cancellation } from '../../store/cancellation.store.js';
import { iso } from '../shared/run-views.js';
import { AllowedFor } from '../../access/access.guard.js';
import { Takes } from '../shared/known-parameters.js';
import { NO_ENVIRONMENT, v1Error } from './v1-answer.js';

/** How far the client's clock may be ahead of the server's, in milliseconds. */
const CLOCK_SKEW_MS = 5_000;

/** Cancels many runs of a function with one request. */
@Controller('v1/cancellations')
@AllowedFor('users')
export class V1CancellationsController {
  constructor(
    private readonly cancellations: RunCancellations,
    private readonly functions: FunctionRegistry,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes `{app_id, function_id, started_after?, started_before, if?}`. Cancels the runs of the function that were queued
   * between these times and have not ended.
   */
  @Post()
  @Takes({ body: ['app_id', 'function_id', 'started_after', 'started_before', 'if'] })
  @HttpCode(200)
  async create(@Body() body: unknown): Promise<object> {
    const fields = isRecord(body) ? body : {};
    const request = parse(fields, this.clock.now());
    const fn = this.functionOf(fields);
    if (!fn) throw refusal(404, 'function not found');
    try {
      return { data: this.view(await this.cancellations.create(fn, request)) };
    } catch (error) {
      if (error instanceof ExpressionSyntaxError) throw refusal(400, `invalid expression: ${error.message}`);
      if (error instanceof TooCostlyError) throw refusal(400, `"if" was not evaluated: ${error.message}`);
      throw error;
    }
  }

  /** Lists the cancellations, newest first. */
  @Get()
  list(): object {
    return { data: this.cancellations.list().map((cancellation) => this.view(cancellation)) };
  }

  /** Removes a cancellation. Runs that it has cancelled stay cancelled; runs that it has not reached go on. */
  @Delete(':id')
  async remove(@Param('id') id: string): Promise<object> {
    if (!isUlid(id)) throw refusal(400, 'Invalid cancellation ID');
    if (!(await this.cancellations.remove(id))) throw refusal(404, 'Cancellation not found');
    return { data: { ok: true } };
  }

  private functionOf({ app_id: app, function_id: id }: Record<string, unknown>): AppFunction | undefined {
    const fn = this.functions.bySlug(`${String(app)}-${String(id)}`) ?? this.functions.bySlug(String(id));
    return fn?.app.name === app ? fn : undefined;
  }

  private view(cancellation: Cancellation): object {
    const fn = this.functions.byId(cancellation.functionId);
    const job = this.cancellations.progressOf(cancellation.id);
    return {
      created_at: iso(cancellation.createdAt),
      name: null,
      id: cancellation.id,
      account_id: NO_ENVIRONMENT,
      environment_id: NO_ENVIRONMENT,
      app_id: fn?.app.id ?? '',
      function_internal_id: cancellation.functionId,
      function_id: fn?.slug ?? '',
      started_after: cancellation.startedAfter === null ? null : iso(cancellation.startedAfter),
      started_before: iso(cancellation.startedBefore),
      ...(cancellation.expression !== null && { if: cancellation.expression }),
      kind: 'bulk_run',
      cause: 'API',
      queue_name: null,
      // A field that only this server has.
      ...(job && { progress: progressOf(job) }),
    };
  }
}

/** How many runs the cancellation must check, and how many it has checked. */
function progressOf({ total, done, endedAt, error, note }: Job): object {
  const problem = error ?? note;
  return {
    total,
    done,
    ended_at: endedAt === null ? null : iso(endedAt),
    ...(problem !== null && { error: problem }),
  };
}

function parse(fields: Record<string, unknown>, now: number): CancellationRequest {
  const mistakes = ['app_id', 'function_id', 'started_before']
    .filter((field) => typeof fields[field] !== 'string' || fields[field] === '')
    .map((field) => `${field} is required`);
  const startedBefore = timeOf(fields['started_before']);
  const startedAfter = fields['started_after'] == null ? undefined : timeOf(fields['started_after']);
  if (mistakes.length === 0 && Number.isNaN(startedBefore)) mistakes.push('started_before must be a time');
  if (Number.isNaN(startedAfter)) mistakes.push('started_after must be a time');
  if (startedBefore > now + CLOCK_SKEW_MS) mistakes.push('started_before must be in the past');
  if (startedAfter !== undefined && startedAfter > startedBefore) {
    mistakes.push('started_after must be before started_before');
  }
  const condition = fields['if'] ?? '';
  // An ignored `if` would cancel every run of the function.
  if (typeof condition !== 'string') mistakes.push('if must be an expression');
  if (mistakes.length > 0) throw refusal(400, mistakes.join('\n'));
  return {
    startedBefore,
    ...(startedAfter !== undefined && { startedAfter }),
    ...(typeof condition === 'string' && condition !== '' && { condition }),
  };
}

/** Reads a time, in milliseconds since 1970; NaN when `value` is not a time. */
function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

function refusal(status: number, message: string): HttpException {
  return new HttpException(v1Error(status, message), status);
}
