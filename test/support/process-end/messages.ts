/** How a step ends its own process. */
export type Ending = 'process.exit' | 'an unhandled rejection' | 'too little memory';

/** A message of the process: a step of this function began, or a run of it ended, with its error if it failed. */
export type Message = { began: string } | { ended: string; error?: string };
