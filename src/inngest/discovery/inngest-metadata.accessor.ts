import { Injectable } from '@nestjs/common';
import type { FunctionMetadata } from '../decorators/function-metadata.js';
import type { FailureHandlerMetadata } from '../decorators/on-inngest-failure.decorator.js';
import { INNGEST_FUNCTION_METADATA, INNGEST_ON_FAILURE_METADATA } from '../definition/inngest.constants.js';

/** Reads the metadata of the decorators. */
@Injectable()
export class InngestMetadataAccessor {
  fn(method: object): FunctionMetadata | undefined {
    return Reflect.getOwnMetadata(INNGEST_FUNCTION_METADATA, method) as FunctionMetadata | undefined;
  }

  failureHandler(method: object): FailureHandlerMetadata | undefined {
    return Reflect.getOwnMetadata(INNGEST_ON_FAILURE_METADATA, method) as FailureHandlerMetadata | undefined;
  }
}
