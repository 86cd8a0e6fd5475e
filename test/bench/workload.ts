/** Whether the SDK reports steps while the function runs on, or answers one call after each. */
export type Mode = 'on' | 'off';

export const MODES: readonly Mode[] = ['on', 'off'];

/** Five steps in one of the modes, or a function without steps. */
export type Workload = Mode | 'empty';

export const STEPS = ['one', 'two', 'three', 'four', 'five'];

/** How many calls of the function are made at the same time. */
export const CONCURRENCY = 10;

export function eventName(work: Workload): string {
  return work === 'empty' ? 'bench/empty' : `bench/five-steps-${work}`;
}

/** No function is triggered by it. */
export const IDLE_EVENT = 'bench/nothing';
