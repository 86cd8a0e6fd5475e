import { FLOW_SCENARIOS } from './flow-scenarios.js';
import type { Scenario } from './scenario.js';
import { STEP_SCENARIOS } from './step-scenarios.js';

export const SCENARIOS: readonly Scenario[] = [...STEP_SCENARIOS, ...FLOW_SCENARIOS];
