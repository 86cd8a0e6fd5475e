import { CompleteRun } from './complete-run.js';
import { FailStep } from './fail-step.js';
import { InvokeFunction } from './invoke-function.js';
import { PlanStep } from './plan-step.js';
import { RunStep } from './run-step.js';
import { Sleep } from './sleep.js';
import { StepNotFound } from './step-not-found.js';
import { WaitForEvent } from './wait-for-event.js';

/** Every op that this server can do: a new one is a file and a line here. */
export const opHandlers = [
  RunStep,
  FailStep,
  PlanStep,
  Sleep,
  WaitForEvent,
  InvokeFunction,
  StepNotFound,
  CompleteRun,
];
