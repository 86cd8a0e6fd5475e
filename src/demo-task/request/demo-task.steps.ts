/** The ids of the demo task's steps, in their order. Inngest and its dashboard use the same ids. */
export const DEMO_TASK_STEPS = [
  'step-1-initialize',
  'step-2-process',
  'step-3-simulate-delay',
  'step-4-simulate-api-call',
  'step-5-finalize',
] as const;

export type DemoTaskStep = (typeof DEMO_TASK_STEPS)[number];
