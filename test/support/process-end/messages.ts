/** How a step ends the process that it is executed in. */
export type Ending = 'process.exit' | 'an unhandled rejection' | 'too little memory';

/** What the process tells: a step of this function began, or a run of it has ended, with this error if any. */
export type Message = { began: string } | { ended: string; error?: string };
