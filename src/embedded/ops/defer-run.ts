import { Injectable, Logger } from '@nestjs/common';
import { type Op } from '../protocol/ops.js';
import { InvalidSessionsError, resolveSessions, type Sessions } from '../protocol/sessions.js';
import { DeferralStore } from '../store/deferral.store.js';
import { isRecord } from '../../common/is-record.js';
import { unstorable } from '../protocol/storable-text.js';
import { nameOf, type Effect, type OpContext, type OpHandler } from './op-handler.js';

/** How many functions a run may defer, and the most that their inputs may take together, in bytes (Inngest 1.43). */
const MOST_DEFERRED = 20;
const MOST_INPUT_BYTES = 4 * 1024 * 1024;

const NOTED: Effect = { kind: 'noted' };

/**
 * The function wants another one run after its own end. What cannot be is left out, with a warning in the log: it never
 * fails the run, as on the real server.
 */
@Injectable()
export class DeferRun implements OpHandler {
  readonly codes = ['DeferAdd'] as const;
  readonly isAside = true;
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
    if (typeof slug !== 'string' || slug === '') throw new NotDeferrableError('it names no function');
    const problem = unstorable(slug);
    if (problem !== undefined) throw new NotDeferrableError(`its function's id ${problem}`);
    if (!isRecord(input)) throw new NotDeferrableError('its data are not an object');
    if (this.deferrals.statuses(runId).length >= MOST_DEFERRED) {
      throw new NotDeferrableError(`a run can defer ${MOST_DEFERRED} functions`);
    }
    const bytes = this.deferrals.inputBytes(runId) + Buffer.byteLength(JSON.stringify(input));
    if (bytes > MOST_INPUT_BYTES) {
      throw new NotDeferrableError(`the data of all that a run defers are at most ${MOST_INPUT_BYTES} bytes`);
    }
    const sessions = resolveSessions(meta);
    return { input, ...(sessions && { sessions }) };
  }
}

class NotDeferrableError extends Error {
  override name = 'NotDeferrableError';
}

/** The function has thought better of what it deferred. */
@Injectable()
export class AbortDeferred implements OpHandler {
  readonly codes = ['DeferAbort'] as const;
  readonly isAside = true;

  constructor(private readonly deferrals: DeferralStore) {}

  apply(op: Op, { run }: OpContext): Effect {
    this.deferrals.abort(run.id, String(op.opts?.['target_hashed_id']));
    return NOTED;
  }
}
