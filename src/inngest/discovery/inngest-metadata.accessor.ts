import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FailureHandlerMetadata } from '../decorators/on-inngest-failure.decorator.js';
import type { InngestFunctionOptions } from '../decorators/inngest-function.decorator.js';
import { INNGEST_FUNCTION_METADATA, INNGEST_ON_FAILURE_METADATA } from '../definition/inngest.constants.js';

type Method = (...args: never[]) => unknown;

/** Reads what the decorators noted. */
@Injectable()
export class InngestMetadataAccessor {
  constructor(private readonly reflector: Reflector) {}

  functionOptions(method: Method): InngestFunctionOptions | undefined {
    return this.reflector.get(INNGEST_FUNCTION_METADATA, method);
  }

  failureHandler(method: Method): FailureHandlerMetadata | undefined {
    return this.reflector.get(INNGEST_ON_FAILURE_METADATA, method);
  }
}
