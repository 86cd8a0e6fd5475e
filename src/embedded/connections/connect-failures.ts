import { namedFailure, type Answer } from '../protocol/answer.js';

type Failure = Answer & { kind: 'failed' };

/** In the words of the real server (read in Inngest 1.43), as all of these. No worker with the function is connected. */
export function noHealthyConnection(): Failure {
  return namedFailure({
    name: 'connect_no_healthy_connection',
    message: 'Could not find a healthy connection',
  });
}

/** The worker that had taken the call has not extended its lease. */
export function stoppedResponding(): Failure {
  return namedFailure({
    name: 'connect_worker_stopped_responding',
    message: 'The worker stopped responding to the request.',
  });
}

/** The call took longer than a call may. */
export function tookTooLong(): Failure {
  return namedFailure({
    name: 'request_duration_too_long',
    message: 'The worker took longer than the maximum request duration to respond to the request.',
  });
}

/** Several workers in turn were sent the call, and none acknowledged it. */
export function notTaken(): Failure {
  return namedFailure({ name: 'Error', message: 'No connected worker acknowledged the call.' });
}
