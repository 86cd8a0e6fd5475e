/** The kinds of runs, by what they do. */
export const KINDS = ['steps', 'retried', 'sleeping', 'waiting', 'expiring', 'failing'] as const;

export type Kind = (typeof KINDS)[number];

export const EVENTS: Readonly<Record<Kind | 'answer', string>> = {
  steps: 'soak/steps',
  retried: 'soak/retried',
  sleeping: 'soak/sleeping',
  waiting: 'soak/waiting',
  expiring: 'soak/expiring',
  failing: 'soak/failing',
  answer: 'soak/answer',
};

/** Half of all runs execute steps. The other kinds share the rest. */
export function kindOf(run: number): Kind {
  return run % 2 === 0 ? 'steps' : (KINDS[1 + (((run - 1) / 2) % (KINDS.length - 1))] as Kind);
}
