import { EvaluationAborted } from './evaluation-aborted.error.js';

/** An evaluation has spent its {@link Budget}. The message names the limit, for the client or the event's outcome. */
export class TooCostlyError extends EvaluationAborted {
  constructor(what: string) {
    super(`the expression costs too much: ${what}`);
  }
}
