import { All, Controller, HttpException } from '@nestjs/common';
import { ReadsItsBody } from '../../common/bodies/index.js';
import { Takes } from './shared/known-parameters.js';
import { v1Error } from './v1/v1-answer.js';

/**
 * Answers 501 to requests for features that only the real server has. The error names the feature; a 404 would explain
 * nothing.
 */
@Controller()
@ReadsItsBody()
@Takes('anything')
export class UnsupportedController {
  @All(['v1/checkpoint', 'v1/checkpoint/:runId/steps', 'v1/http/runs/:runId/output'])
  durableEndpoints(): never {
    return refuse('Durable endpoints', 'Send an event from the endpoint');
  }

  @All(['v1/realtime/publish/tee', 'v1/realtime/sse'])
  streams(): never {
    return refuse('Streaming out of a run', 'Publish to a realtime topic');
  }

  @All('v1/runs/:runId/metadata')
  metadata(): never {
    return refuse('Metadata and scores', 'Return them from a step');
  }

  @All('v1/traces/userland')
  traces(): never {
    return refuse('Extended traces', 'Leave out extendedTracesMiddleware');
  }
}

function refuse(feature: string, instead: string): never {
  const message = `${feature}: not available on the embedded Inngest. ${instead}, or set INNGEST_URL to the URL of an Inngest server.`;
  throw new HttpException(v1Error(501, message), 501);
}
