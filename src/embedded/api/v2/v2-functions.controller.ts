import { Body, Controller, Get, HttpCode, HttpException, Param, Post, Query } from '@nestjs/common';
import type { AppFunction } from '../../functions/app-function.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { FunctionPausing } from '../../starts/function-pausing.js';
import { EventIntake, type Invoked } from '../../intake/event-intake.js';
import { InvalidEventError } from '../../intake/incoming-event.js';
import { deploymentIn } from '../../../common/deployment.js';
import { isRecord } from '../../../common/is-record.js';
import { isConnectUrl } from '../../protocol/connect/connect-url.js';
import type { App } from '../../store/app.store.js';
import { Takes } from '../shared/known-parameters.js';
import { iso } from '../shared/run-views.js';
import { AllowedFor } from '../../access/access.guard.js';
import type { Answer, Page } from './answer-types/envelope.js';
import type { AppView, FunctionView, InvocationView, SkippedStart } from './answer-types/function.js';
import { FunctionViews } from './function-views.js';
import { pageOf } from './pages.js';
import { limitOf } from './run-query.js';
import { V2Exception } from '../shared/v2.exception.js';
import { booleanOf, assertUlid, V2Answers } from './v2-answer.js';

/** Which page of a list a request asks for. */
interface PageQuery {
  limit?: string;
  cursor?: string;
}

@Controller('api/v2/apps')
@AllowedFor('users')
export class V2FunctionsController {
  constructor(
    private readonly functions: FunctionRegistry,
    private readonly intake: EventIntake,
    private readonly pauses: FunctionPausing,
    private readonly views: FunctionViews,
    private readonly answers: V2Answers,
  ) {}

  /** Lists the apps, all on one page unless the request has a limit. */
  @Get()
  @Takes({ query: ['limit', 'cursor', 'archived'] })
  apps(@Query() query: PageQuery, @Query('archived') archived?: string): Page<AppView> {
    if (booleanOf(archived, 'archived') === true) {
      throw new V2Exception(
        400,
        'invalid_request',
        'The embedded Inngest does not archive apps. Leave out "archived".',
      );
    }
    return this.page(
      this.functions.allApps().map((app) => this.describeApp(app)),
      query,
    );
  }

  @Get(':app')
  app(@Param('app') name: string): Answer<AppView> {
    return this.answers.wrap(this.describeApp(this.getAppOrThrow(name)));
  }

  /** Lists an app's functions, all on one page unless the request has a limit. */
  @Get(':app/functions')
  @Takes({ query: ['limit', 'cursor'] })
  list(@Param('app') name: string, @Query() query: PageQuery): Page<FunctionView> {
    const app = this.getAppOrThrow(name);
    return this.page(
      this.functions
        .active()
        .filter((fn) => fn.app.id === app.id)
        .map((fn) => this.views.of(fn)),
      query,
    );
  }

  @Get(':app/functions/:fn')
  one(@Param('app') app: string, @Param('fn') fn: string): Answer<FunctionView> {
    return this.answers.wrap(this.views.of(this.getOrThrow(app, fn)));
  }

  /**
   * Invokes the function with the data of the body. If flow control skips the invocation, the answer is 422, as measured on
   * Inngest 1.43. For a repeated `idempotencyKey` it is 409 with the run that the first request started, as in the real
   * server's source.
   */
  @Post(':app/functions/:fn/invoke')
  @HttpCode(200)
  @Takes({ body: ['data', 'idempotencyKey'] })
  async invoke(
    @Param('app') app: string,
    @Param('fn') name: string,
    @Body() body: unknown,
  ): Promise<Answer<InvocationView>> {
    const fn = this.getOrThrow(app, name);
    const data = isRecord(body) ? (body['data'] ?? {}) : undefined;
    if (!isRecord(data)) {
      throw new V2Exception(
        400,
        'invalid_request',
        'Send an object, with the event\'s data as an object in "data".',
      );
    }
    const key = isRecord(body) ? (body['idempotencyKey'] ?? undefined) : undefined;
    if (key !== undefined && typeof key !== 'string') {
      throw new V2Exception(400, 'invalid_request', '"idempotencyKey" must be a string.');
    }
    const outcome = await this.start(fn, data, key);
    if (outcome.kind === 'repeated') {
      throw new HttpException(this.answers.wrap({ runId: outcome.runId } satisfies InvocationView), 409);
    }
    if (outcome.kind === 'skipped') throw new V2Exception(422, 'rate_limited', outcome.reason);
    const invocation: InvocationView =
      outcome.kind === 'started' ? { runId: outcome.runId } : { reason: outcome.reason };
    return this.answers.wrap(invocation);
  }

  /**
   * Pauses the function until it is resumed. `newRuns`: whether new runs wait or are skipped. `underWay`: whether runs under
   * way finish or wait after their current step.
   */
  @Post(':app/functions/:fn/pause')
  @HttpCode(200)
  @Takes({ body: ['newRuns', 'underWay'] })
  async pause(
    @Param('app') app: string,
    @Param('fn') name: string,
    @Body() body: unknown,
  ): Promise<Answer<FunctionView>> {
    const fn = this.getOrThrow(app, name);
    const fields = isRecord(body) ? body : {};
    await this.pauses.pause(fn, {
      newRuns: choiceOf(fields['newRuns'], 'newRuns', ['wait', 'skip']),
      underWay: choiceOf(fields['underWay'], 'underWay', ['finish', 'wait']),
    });
    return this.answers.wrap(this.views.of(fn));
  }

  /** Resumes a paused function. */
  @Post(':app/functions/:fn/resume')
  @HttpCode(200)
  async resume(@Param('app') app: string, @Param('fn') name: string): Promise<Answer<FunctionView>> {
    const fn = this.getOrThrow(app, name);
    await this.pauses.resume(fn);
    return this.answers.wrap(this.views.of(fn));
  }

  /** Lists the events that the function skipped, with the reasons, newest first. */
  @Get(':app/functions/:fn/skipped')
  @Takes({ query: ['limit', 'cursor'] })
  skipped(
    @Param('app') app: string,
    @Param('fn') name: string,
    @Query() { limit, cursor }: PageQuery,
  ): Page<SkippedStart> {
    const fn = this.getOrThrow(app, name);
    const max = limitOf(limit);
    if (cursor) assertUlid(cursor, 'event');
    const found = this.views.skipped(fn, cursor, max + 1);
    const shown = found.slice(0, max);
    const hasMore = found.length > max;
    return this.answers.wrap(shown, {
      cursor: hasMore ? shown.at(-1)?.eventId : undefined,
      hasMore: hasMore || undefined,
      limit: max,
    });
  }

  private page<T extends { id: string }>(all: readonly T[], { limit, cursor }: PageQuery): Page<T> {
    const { items, page } = pageOf(all, cursor, limit ? limitOf(limit) : undefined);
    return this.answers.wrap(items, page);
  }

  private async start(
    fn: AppFunction,
    data: Record<string, unknown>,
    idempotencyKey: string | undefined,
  ): Promise<Invoked> {
    try {
      return await this.intake.invoke(fn, { data }, idempotencyKey);
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      throw new V2Exception(400, 'invalid_request', error.message);
    }
  }

  private getAppOrThrow(name: string): App {
    const app = this.functions.allApps().find((candidate) => candidate.name === name);
    if (!app) throw new V2Exception(404, 'not_found', 'App not found');
    return app;
  }

  private getOrThrow(app: string, fn: string): AppFunction {
    const found = this.functions.bySlug(`${app}-${fn}`);
    if (!found || found.archivedAt !== null) throw new V2Exception(404, 'not_found', 'Function not found');
    return found;
  }

  private describeApp(app: App): AppView {
    return {
      appVersion: app.version ?? undefined,
      deployment: deploymentIn(app.version),
      createdAt: iso(app.createdAt),
      functionCount: this.functions.active().filter((fn) => fn.app.id === app.id).length,
      id: app.name,
      latestSync: {
        framework: app.framework,
        sdkLanguage: app.sdk.split(':')[0],
        sdkVersion: app.sdk.split(':')[1],
        url: app.url,
        syncedAt: iso(app.syncedAt),
      },
      method: isConnectUrl(app.url) ? 'CONNECT' : 'SERVE',
      name: app.name,
    };
  }
}

/** Reads one of several choices; the first is the default. @throws V2Exception 400 for another value */
function choiceOf<T extends string>(value: unknown, name: string, choices: readonly [T, ...T[]]): T {
  if (value === undefined || value === null) return choices[0];
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const message = `"${name}" must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}.`;
  throw new V2Exception(400, 'invalid_request', message);
}
