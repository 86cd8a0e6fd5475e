/** Checkpointing: `on` if the SDK reports steps during a call, `off` if each call executes one step. */
export type Mode = 'on' | 'off';

export const MODES: readonly Mode[] = ['on', 'off'];

/** Five steps in one of the modes, or a function without steps. */
export type Workload = Mode | 'empty';

export const STEPS = ['one', 'two', 'three', 'four', 'five'];

/** The concurrency of the function. */
export const CONCURRENCY = 10;

export function eventName(work: Workload): string {
  return work === 'empty' ? 'bench/empty' : `bench/five-steps-${work}`;
}

/** An event that triggers no function. */
export const IDLE_EVENT = 'bench/nothing';
