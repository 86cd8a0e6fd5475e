export { Clock, ClockModule } from '../clock/index.js';
export { InngestFunction, type InngestFunctionOptions } from './decorators/inngest-function.decorator.js';
export { InngestConnection } from './connect/inngest-connection.js';
export { InjectInngest } from './decorators/inject-inngest.decorator.js';
export { OnInngestFailure, type FailureHandlerOptions } from './decorators/on-inngest-failure.decorator.js';
export {
  InngestDefer,
  type InngestDeferContext,
  type InngestDeferOptions,
} from './decorators/inngest-defer.decorator.js';
export type {
  InngestContext,
  InngestFailureContext,
  InngestMiddleware,
  InngestTrigger,
  InngestTriggers,
} from './decorators/inngest-context.js';
export type { EndpointGuard } from './definition/endpoint-guard.js';
export { INNGEST_PATH } from './definition/inngest.constants.js';
export type { InngestModuleOptions } from './definition/inngest-module-options.js';
export { getInngestToken } from './definition/inngest.tokens.js';
export * from './errors/index.js';
export { getInngestHealthToken, InjectInngestHealth } from './health/inject-health.decorator.js';
export { InngestHealthIndicator, type InngestHealthResult } from './health/inngest-health.indicator.js';
export { InngestModule } from './inngest.module.js';
export {
  getInngestFunctionToken,
  InjectInngestFunction,
} from './reference/inject-inngest-function.decorator.js';
export type { InngestFunctionRef } from './reference/inngest-function-ref.js';
export {
  getInngestRegistrationToken,
  InjectInngestRegistration,
} from './registration/inject-registration.decorator.js';
export { InngestRegistration, type RegistrationState } from './registration/inngest-registration.js';
export type {
  RetryBackoff,
  RetryDelays,
  RetryFunction,
  RetryOptions,
  RetryTime,
} from './definition/retry-options.js';
export { retryDelay } from './retry/retry-policy.js';
export { withRetry } from './retry/with-retry.js';
export { OpenCalls } from './serve/open-calls.js';
export { dtoSchema, type DtoSchemaOptions, type PlainDto } from './schema/dto-schema.js';
export type { FieldError } from '../common/field-errors.js';
export { MissingPackageError } from '../common/optional-package.js';
export { parseEventData } from './schema/parse-event-data.js';
export { currentStep, type InngestStep } from './step/current-step.js';
export { InngestLogger } from './step/inngest-logger.js';
export { StepContext } from './step/step-context.js';
