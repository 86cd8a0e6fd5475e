import { constants } from 'node:os';
import type { Clock } from '../clock/index.js';
import { formatDuration } from './duration.js';
import { messageOf, stackOf } from './error-text.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type StopSignal = (typeof SIGNALS)[number];

/** How long the rest of a stop may take after the executing calls have ended, in milliseconds. */
const CLOSE_WITHIN_MS = 2_000;

/**
 * A second signal within this time, in milliseconds, counts as the same one: after Ctrl-C in a terminal the process
 * gets one signal from the terminal, and npm forwards another.
 */
const REPEATED_WITHIN_MS = 1_000;

interface Signals {
  /** The process that receives the signals. */
  readonly source: { on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown };
  /** Ends the process immediately with this exit code; after a second signal it is 128 + the signal's number. */
  readonly exit: (code: number) => void;
  readonly clock: Clock;
}

export interface Stop extends Signals {
  /** Stops everything. Called at the first signal. The process then exits with 0, or with 1 if this fails. */
  readonly stop: () => Promise<void>;
  /** How long `stop` waits for executing calls, in milliseconds. */
  readonly graceMs: number;
  /** @param stack of the error that the line is about */
  readonly say: (line: string, stack?: string) => void;
}

/** Stops the process gracefully at SIGINT or SIGTERM. A second signal ends it immediately. */
export function stopOnSignals({ stop, say, graceMs, ...signals }: Stop): void {
  const { clock, exit } = signals;
  onFirstSignal(signals, (signal) => {
    const atMost = formatDuration(graceMs);
    say(`${signal}: waiting up to ${atMost} for executing calls. Send the signal again to stop immediately.`);
    clock.after(
      graceMs + CLOSE_WITHIN_MS,
      () => {
        say('Some calls did not finish in time. Inngest will try them again.');
        exit(0);
      },
      'background',
    );
    stop().then(
      () => exit(0),
      (error: unknown) => {
        say(`Stopping failed: ${messageOf(error)}`, stackOf(error));
        exit(1);
      },
    );
  });
}

/**
 * For commands that end on their own: the returned signal aborts at the first SIGINT or SIGTERM. A second one ends the
 * process immediately.
 */
export function abortedOnSignal(signals: Signals): AbortSignal {
  const abort = new AbortController();
  onFirstSignal(signals, () => abort.abort(new Error('Interrupted.')));
  return abort.signal;
}

function onFirstSignal({ source, exit, clock }: Signals, begin: (signal: StopSignal) => void): void {
  let since: number | undefined;
  const onSignal = (signal: StopSignal): void => {
    if (since === undefined) {
      since = clock.steady();
      begin(signal);
    } else if (clock.steady() - since >= REPEATED_WITHIN_MS) {
      exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of SIGNALS) source.on(signal, onSignal);
}
