import { setImmediate as nextTurn } from 'node:timers/promises';
import { Controller, Get, Query, Req, Res, UseGuards, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Clock, type Release } from '../../../clock/index.js';
import { encode, OpenStreams } from '../../../common/streams/index.js';
import { Changes, type Change } from '../../notices/notices.js';
import { Sessions } from '../../access/sessions.js';
import { ApiGuard } from '../../access/api.guard.js';
import { EmbeddedOptions } from '../../settings/embedded-options.js';
import { Takes } from '../shared/known-parameters.js';
import { wholeNumber } from '../shared/whole-number.js';
import type { Activity, ChangeNotice } from './answer-types/activity.js';
import type { Answer } from './answer-types/envelope.js';
import { FlowActivity } from './flow-activity.js';
import { V2Answers } from './v2-answer.js';

/** How many turns of the event loop a message takes at most, from one end of a local connection to the reader's code. */
const TURNS_TO_READ = 20;

/** What goes on, for people who watch. Only this server has it. */
@Controller('api/v2')
@UseGuards(ApiGuard)
export class V2ActivityController implements BeforeApplicationShutdown {
  private readonly streams: OpenStreams;
  private pending: Pending | undefined;
  private releaseTime: Release | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly changes: Changes,
    private readonly activity: FlowActivity,
    private readonly answers: V2Answers,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
    options: EmbeddedOptions,
  ) {
    this.streams = new OpenStreams(options.streams);
  }

  /** Starts and executing calls of the last `seconds`, function by function, against throttle and concurrency. */
  @Get('activity')
  @Takes({ query: ['seconds'] })
  recent(@Query('seconds') seconds?: string): Answer<Activity> {
    const window = wholeNumber(seconds, 'seconds', { from: 1, to: 600, otherwise: 60 });
    return this.answers.wrap(this.activity.last(window));
  }

  /**
   * A stream (SSE) of {@link ChangeNotice}s. It tells only that something has changed: whoever connects, or
   * connects again, reads the state first.
   */
  @Get('changes')
  stream(@Req() request: Request, @Res() response: Response): void {
    const stream = this.streams.open(request, response);
    // One subscription for all streams: a change is put into words once.
    this.unsubscribe ??= this.changes.subscribe((change) => this.note(change));
    const session = this.sessions.of(request.headers.cookie);
    const release = session && this.sessions.onEnd(session, () => stream.end());
    const closed = (): void => {
      release?.();
      this.unsubscribeWhenUnused();
    };
    if (stream.signal.aborted) closed();
    else stream.signal.addEventListener('abort', closed, { once: true });
  }

  /** A server that closes waits for open requests; streams would keep it for ever. */
  beforeApplicationShutdown(): void {
    this.streams.endAll();
  }

  private note(change: Change): void {
    // All that changes in one turn is one message.
    if (!this.pending) {
      this.pending = new Pending();
      // Virtual time stands still until it is told: those who watch may want to look before anything else happens.
      this.releaseTime = this.clock.hold('a change is told');
      setImmediate(() => this.tell());
    }
    this.pending.add(change);
  }

  private tell(): void {
    const data = this.pending?.notice();
    this.pending = undefined;
    if (data) this.streams.writeToAll(encode({ data }));
    const release = this.releaseTime;
    this.releaseTime = undefined;
    if (release) void hasBeenRead().then(release);
  }

  private unsubscribeWhenUnused(): void {
    if (this.streams.size > 0) return;
    this.unsubscribe?.();
    this.unsubscribe = undefined;
  }
}

/** Resolves when a reader in this process, such as the worker of a test, has what was written to it: some turns later. */
async function hasBeenRead(): Promise<void> {
  for (let turns = 0; turns < TURNS_TO_READ; turns++) await nextTurn();
}

class Pending {
  readonly runs = new Set<string>();
  readonly events = new Set<string>();
  functions = false;

  add(change: Change): void {
    if (change.kind === 'run') this.runs.add(change.runId);
    else if (change.kind === 'event') this.events.add(change.eventId);
    else this.functions = true;
  }

  notice(): ChangeNotice {
    return { runs: [...this.runs], events: [...this.events], functions: this.functions };
  }
}
