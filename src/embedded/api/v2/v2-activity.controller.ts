import { setImmediate as nextTurn } from 'node:timers/promises';
import { Controller, Get, Query, Req, Res, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Clock, type Release } from '../../../clock/index.js';
import { encode, OpenStreams } from '../../../common/streams/index.js';
import { Changes, type Change } from '../../notices/notices.js';
import { Sessions } from '../../access/sessions.js';
import { AllowedFor } from '../../access/access.guard.js';
import { EmbeddedOptions } from '../../settings/embedded-options.js';
import { Takes } from '../shared/known-parameters.js';
import { wholeNumber } from '../shared/whole-number.js';
import type { Activity, ChangeNotice } from './answer-types/activity.js';
import type { Answer } from './answer-types/envelope.js';
import { FlowActivity } from './flow-activity.js';
import { V2Answers } from './v2-answer.js';

/** The largest number of event loop turns until a message on a local connection reaches the code that reads it. */
const TURNS_TO_READ = 20;

/** Shows the current activity and streams changes, for the dashboard. Only this server has it. */
@Controller('api/v2')
@AllowedFor('users')
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

  /** Answers with the starts and executing calls of each function in the last `seconds`, with its limits. */
  @Get('activity')
  @Takes({ query: ['seconds'] })
  recent(@Query('seconds') seconds?: string): Answer<Activity> {
    const window = wholeNumber(seconds, 'seconds', { from: 1, to: 600, otherwise: 60 });
    return this.answers.wrap(this.activity.last(window));
  }

  /**
   * A stream (SSE) of {@link ChangeNotice}s. A notice has only ids, and none is repeated: after each connect, a client must
   * read the current state.
   */
  @Get('changes')
  stream(@Req() request: Request, @Res() response: Response): void {
    const stream = this.streams.open(request, response);
    // One subscription for all streams, so that each notice is serialised once.
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

  /** Ends the streams, because a server that closes waits for its open requests. */
  beforeApplicationShutdown(): void {
    this.streams.endAll();
  }

  private note(change: Change): void {
    // All changes of one event loop turn become one message.
    if (!this.pending) {
      this.pending = new Pending();
      // Holds virtual time until the message is read, so that clients can read the state before anything else happens.
      this.releaseTime = this.clock.hold('a change is sent to clients');
      setImmediate(() => this.send());
    }
    this.pending.add(change);
  }

  private send(): void {
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

/** Resolves some turns later, when a client in this process (such as the worker of a test) has read the message. */
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
