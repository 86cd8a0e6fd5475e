import { namedFailure, type Answer } from '../protocol/answer.js';

type Failure = Answer & { kind: 'failed' };

// The names and messages are those of the real server (read in its source of August 2026).

/** No connected worker has the function. */
export function noHealthyConnection(): Failure {
  return namedFailure({
    name: 'connect_no_healthy_connection',
    message: 'Could not find a healthy connection',
  });
}

/** The worker acknowledged the call, but did not extend its lease. */
export function stoppedResponding(): Failure {
  return namedFailure({
    name: 'connect_worker_stopped_responding',
    message: 'The worker stopped responding to the request.',
  });
}

/** The call took longer than the request timeout. */
export function tookTooLong(): Failure {
  return namedFailure({
    name: 'request_duration_too_long',
    message: 'The worker took longer than the maximum request duration to respond to the request.',
  });
}

/** The server sent the call to several workers in turn, and none acknowledged it. */
export function notTaken(): Failure {
  return namedFailure({ name: 'Error', message: 'No connected worker acknowledged the call.' });
}
