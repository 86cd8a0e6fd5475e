import { describeFlowOf } from './support/flow-of-tasks.js';

describeFlowOf(26);
