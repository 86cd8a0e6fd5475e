import { constants } from 'node:os';
import type { Clock } from '../clock/index.js';
import { formatDuration } from './duration.js';
import { messageOf, stackOf } from './error-text.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type StopSignal = (typeof SIGNALS)[number];

/** What follows the end of the calls in flight takes at most this long, in milliseconds. */
const CLOSE_WITHIN_MS = 2_000;

/**
 * Signals this close to the first one, in milliseconds, repeat it: after Ctrl-C in a terminal the process gets one
 * signal from the terminal and another from npm, which passes it on.
 */
const REPEATED_WITHIN_MS = 1_000;

interface Signals {
  /** The process, whose signals these are. */
  readonly source: { on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown };
  /** Ends the process at once with this exit code; at the second signal with 128 + the signal's number. */
  readonly exit: (code: number) => void;
  readonly clock: Clock;
}

export interface Stop extends Signals {
  /** Ends everything. Called at the first signal; the process then exits with 0, or with 1 when this fails. */
  readonly stop: () => Promise<void>;
  /** How long `stop` waits for calls in flight, in milliseconds. */
  readonly graceMs: number;
  /** @param stack of the error that the line is about */
  readonly say: (line: string, stack?: string) => void;
}

/** Stops the process in good order at SIGINT or SIGTERM. A second signal ends it at once. */
export function stopOnSignals({ stop, say, graceMs, ...signals }: Stop): void {
  const { clock, exit } = signals;
  onFirstSignal(signals, (signal) => {
    const atMost = formatDuration(graceMs);
    say(`${signal}: finishing the calls in flight, at most ${atMost}. Once more stops at once.`);
    clock.after(
      graceMs + CLOSE_WITHIN_MS,
      () => {
        say('Not everything finished in time. Inngest will try it again.');
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

/** For commands that end by themselves: aborted at the first SIGINT or SIGTERM. A second one ends the process at once. */
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
