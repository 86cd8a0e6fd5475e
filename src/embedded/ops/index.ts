import { DiscoveryRequest } from './discovery-request.js';
import { CompleteRun } from './complete-run.js';
import { AbortDeferred, DeferRun } from './defer-run.js';
import { FailStep } from './fail-step.js';
import { InvokeFunction } from './invoke-function.js';
import { PlanStep } from './plan-step.js';
import { RunStep } from './run-step.js';
import { SendRequest } from './send-request.js';
import { Sleep } from './sleep.js';
import { StepNotFound } from './step-not-found.js';
import { WaitForEvent } from './wait-for-event.js';
import { WaitForSignal } from './wait-for-signal.js';

/** The handlers of all supported ops. To add an op, add a file with its handler and a line here. */
export const opHandlers = [
  RunStep,
  FailStep,
  PlanStep,
  Sleep,
  WaitForEvent,
  WaitForSignal,
  InvokeFunction,
  SendRequest,
  DeferRun,
  AbortDeferred,
  StepNotFound,
  DiscoveryRequest,
  CompleteRun,
];
