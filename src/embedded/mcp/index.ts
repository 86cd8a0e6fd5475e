import { EventTools } from './event-tools.js';
import { FunctionTools } from './function-tools.js';
import { RunStatuses } from './run-statuses.js';
import { RunTools } from './run-tools.js';
import { RunWaits } from './run-waits.js';
import { ToolCalls } from './tool-calls.js';
import { VirtualTimeTools } from './virtual-time-tools.js';
import { WaitingTools } from './waiting-tools.js';

export { McpController } from './mcp.controller.js';

export const mcpProviders = [
  EventTools,
  FunctionTools,
  RunStatuses,
  RunTools,
  RunWaits,
  ToolCalls,
  VirtualTimeTools,
  WaitingTools,
];
