/**
 * How long Inngest is waited for, so that whoever asks us has an answer within 3 s. Milliseconds of wall time: Inngest
 * may be another process, which knows no other.
 */
export class Deadlines {
  constructor(
    /** For taking an event. The SDK alone tries five times within about 1.8 s when nobody answers. */
    readonly sendMs = 2_500,
    /** For all that is asked about an event and its runs. */
    readonly askMs = 2_300,
  ) {}
}
