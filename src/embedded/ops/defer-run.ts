import { Injectable, Logger } from '@nestjs/common';
import { type Op } from '../protocol/ops.js';
import { InvalidSessionsError, resolveSessions, type Sessions } from '../protocol/sessions.js';
import { DeferralStore } from '../store/deferral.store.js';
import { isRecord } from '../../common/is-record.js';
import { unstorable } from '../protocol/storable-text.js';
import { nameOf, type Effect, type OpContext, type OpHandler } from './op-handler.js';

/** The limits of Inngest 1.43 for one run: the number of deferred functions, and the bytes of all their inputs together. */
const MAX_DEFERRED = 20;
const MAX_INPUT_BYTES = 4 * 1024 * 1024;

const NOTED: Effect = { kind: 'noted' };

/**
 * Defers a function: it runs after the end of this run. If a deferral is invalid, the handler logs a warning and ignores
 * it; the run does not fail. The real server does the same.
 */
@Injectable()
export class DeferRun implements OpHandler {
  readonly codes = ['DeferAdd'] as const;
  readonly isSideOp = true;
  private readonly logger = new Logger('Inngest');

  constructor(private readonly deferrals: DeferralStore) {}

  apply(op: Op, { run }: OpContext): Effect {
    if (this.deferrals.statuses(run.id).some(({ id }) => id === op.id)) return NOTED;
    const id = { runId: run.id, id: op.id, functionSlug: String(op.opts?.['fn_slug']) };
    try {
      const { input, sessions } = this.read(op, run.id);
      this.deferrals.add({ ...id, status: 'waiting', input, ...(sessions && { sessions }) });
    } catch (error) {
      if (!(error instanceof NotDeferrableError || error instanceof InvalidSessionsError)) throw error;
      this.logger.warn(`Run ${run.id} does not defer "${nameOf(op)}": ${error.message}.`);
      this.deferrals.add({ ...id, status: 'refused', input: {} });
    }
    return NOTED;
  }

  /** @throws NotDeferrableError, InvalidSessionsError */
  private read(op: Op, runId: string): { input: Record<string, unknown>; sessions?: Sessions } {
    const { fn_slug: slug, input, meta } = op.opts ?? {};
    if (typeof slug !== 'string' || slug === '') throw new NotDeferrableError('"fn_slug" names no function');
    const problem = unstorable(slug);
    if (problem !== undefined) throw new NotDeferrableError(`the id of the function ${problem}`);
    if (!isRecord(input)) throw new NotDeferrableError('the data must be an object');
    if (this.deferrals.statuses(runId).length >= MAX_DEFERRED) {
      throw new NotDeferrableError(`a run can defer at most ${MAX_DEFERRED} functions`);
    }
    const bytes = this.deferrals.inputBytes(runId) + Buffer.byteLength(JSON.stringify(input));
    if (bytes > MAX_INPUT_BYTES) {
      throw new NotDeferrableError(
        `the data of all functions that a run defers may have ${MAX_INPUT_BYTES} bytes`,
      );
    }
    const sessions = resolveSessions(meta);
    return { input, ...(sessions && { sessions }) };
  }
}

class NotDeferrableError extends Error {
  override name = 'NotDeferrableError';
}

/** Cancels a deferral. */
@Injectable()
export class AbortDeferred implements OpHandler {
  readonly codes = ['DeferAbort'] as const;
  readonly isSideOp = true;

  constructor(private readonly deferrals: DeferralStore) {}

  apply(op: Op, { run }: OpContext): Effect {
    this.deferrals.abort(run.id, String(op.opts?.['target_hashed_id']));
    return NOTED;
  }
}
