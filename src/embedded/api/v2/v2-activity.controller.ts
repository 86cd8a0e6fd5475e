import { Controller, Get, Query, Req, Sse, UseGuards, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Request } from 'express';
import { Observable, Subject, takeUntil } from 'rxjs';
import { Changes } from '../../notices/notices.js';
import { SigningKeyGuard } from '../../access/signing-key.guard.js';
import { Takes } from '../shared/known-parameters.js';
import { wholeNumber } from '../shared/whole-number.js';
import type { Activity, ChangeNotice } from './answer-types/activity.js';
import type { Answer } from './answer-types/envelope.js';
import { FlowActivity } from './flow-activity.js';
import { V2Answers } from './v2-answer.js';

/** What goes on, for people who watch. Only this server has it. */
@Controller('api/v2')
@UseGuards(SigningKeyGuard)
export class V2ActivityController implements BeforeApplicationShutdown {
  private readonly closing = new Subject<void>();

  constructor(
    private readonly changes: Changes,
    private readonly activity: FlowActivity,
    private readonly answers: V2Answers,
  ) {}

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
  @Sse('changes')
  stream(@Req() request: Request): Observable<{ data: ChangeNotice }> {
    // The connection goes with the stream: a server that closes would wait for it while it is kept alive.
    request.res?.once('finish', () => request.socket.destroySoon());
    return new Observable<{ data: ChangeNotice }>((subscriber) => {
      let pending: Pending | undefined;
      return this.changes.subscribe((change) => {
        // All that changes in one turn is one message.
        if (!pending) {
          pending = new Pending();
          setImmediate(() => {
            const notice = pending?.notice();
            pending = undefined;
            if (notice) subscriber.next({ data: notice });
          });
        }
        if (change.kind === 'run') pending.runs.add(change.runId);
        else if (change.kind === 'event') pending.events.add(change.eventId);
        else pending.functions = true;
      });
    }).pipe(takeUntil(this.closing));
  }

  /** A server that closes waits for open requests; streams would keep it for ever. */
  beforeApplicationShutdown(): void {
    this.closing.next();
  }
}

class Pending {
  readonly runs = new Set<string>();
  readonly events = new Set<string>();
  functions = false;

  notice(): ChangeNotice {
    return { runs: [...this.runs], events: [...this.events], functions: this.functions };
  }
}
