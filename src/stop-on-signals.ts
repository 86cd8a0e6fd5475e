import { constants } from 'node:os';
import type { Clock } from './clock/index.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type StopSignal = (typeof SIGNALS)[number];

/** A stop takes at most this long, in milliseconds. */
const STOP_WITHIN_MS = 10_000;

/**
 * Signals this close to the first are the same wish: Ctrl-C in a terminal reaches the process by itself and a second
 * time through npm, which passes it on.
 */
const SAME_WISH_MS = 1_000;

export interface Stop {
  /** Ends everything; at the first signal. */
  readonly stop: () => Promise<void>;
  /** Ends the process: with 0 after a stop, 1 when that failed, at once with 128 + the signal's number at the second signal. */
  readonly exit: (code: number) => void;
  readonly say: (line: string) => void;
  readonly clock: Clock;
  /** The process, whose signals these are. */
  readonly source: { on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown };
}

/** Lets SIGINT and SIGTERM stop the process in good order, within 10 s; a second one ends it at once. */
export function stopOnSignals({ stop, exit, say, clock, source }: Stop): void {
  let since: number | undefined;

  const onSignal = (signal: StopSignal): void => {
    if (since === undefined) {
      since = clock.steady();
      begin(signal);
    } else if (clock.steady() - since >= SAME_WISH_MS) {
      exit(128 + constants.signals[signal]);
    }
  };

  const begin = (signal: StopSignal): void => {
    say(`${signal}: finishing the calls in flight, at most 10 s. Once more stops at once.`);
    clock.after(
      STOP_WITHIN_MS,
      () => {
        say('Not everything finished in time. Inngest will try it again.');
        exit(0);
      },
      'background',
    );
    stop().then(
      () => exit(0),
      (error: unknown) => {
        say(`Stopping failed: ${error instanceof Error ? error.stack : String(error)}`);
        exit(1);
      },
    );
  };

  for (const signal of SIGNALS) source.on(signal, onSignal);
}
