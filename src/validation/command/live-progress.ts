import type { Clock, Release } from '../../clock/index.js';
import { printable } from '../../common/printable.js';
import type { Outcome } from '../checking/outcome.js';
import type { InngestPromise } from '../checking/promise.js';
import type { Table } from '../report/table.js';
import type { Progress } from '../checking/validation.js';
import { inMinutes, TimeLeft } from './time-left.js';

/** The output stream for the progress. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** The interval of progress lines on an output that is not a terminal. */
const SAY_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

/**
 * Shows the current trial: on a terminal in a line that it updates, with the remaining real time; elsewhere in plain
 * lines.
 */
export class LiveProgress implements Progress {
  private stop: Release | undefined;
  private frame = 0;
  private said = '';
  private saidAt = 0;
  private began = 0;
  private secondsLeft = 0;
  private readonly timeLeft: TimeLeft;

  /**
   * @param clock the wall clock
   * @param isReal whether the trials take real time, so that there is a remaining time to show
   * @param floodSize the number of tasks of the flood
   */
  constructor(
    private readonly screen: Screen,
    private readonly table: Table,
    private readonly clock: Clock,
    private readonly isReal: boolean,
    floodSize: number,
  ) {
    this.timeLeft = new TimeLeft(floodSize);
  }

  begin(promise: InngestPromise, left: readonly InngestPromise[]): void {
    this.began = this.clock.steady();
    this.said = '';
    this.saidAt = this.began;
    this.secondsLeft = this.timeLeft.begin(promise, left);
    if (!this.screen.isTTY) {
      // In virtual time the verdict follows immediately.
      if (this.isReal) this.screen.write(`… ${promise.title} (about ${this.left()} left in all)\n`);
      return;
    }
    const draw = (): void => {
      const more = this.isReal ? `  ${this.left()} left` : '';
      const text = `${FRAMES[this.frame++ % FRAMES.length]} ${promise.title}${more}${this.said}`;
      this.screen.write(CLEAR_LINE + text.slice(0, (this.screen.columns || 80) - 1));
      this.stop = this.clock.after(FRAME_MS, draw);
    };
    draw();
  }

  say(words: string): void {
    const text = printable(words);
    this.said = `  ${text}`;
    const now = this.clock.steady();
    if (this.screen.isTTY || now - this.saidAt < SAY_EVERY_MS) return;
    this.saidAt = now;
    this.screen.write(`  ${text}${this.isReal ? `, about ${this.left()} left in all` : ''}\n`);
  }

  end(outcome: Outcome): void {
    this.stop?.();
    this.screen.write(`${this.screen.isTTY ? CLEAR_LINE : ''}${this.table.outcome(outcome)}`);
  }

  private left(): string {
    return inMinutes(this.secondsLeft - (this.clock.steady() - this.began) / 1_000);
  }
}
