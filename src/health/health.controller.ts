import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { InngestHealthIndicator, type InngestHealthResult } from '../inngest/index.js';
import { InngestApi } from '../runs/index.js';
import { Draining } from './draining.js';
import { StartUp } from './start-up.js';

/**
 * How long Inngest may take to report what it has set aside, in milliseconds of the machine's time, because it may be
 * another process.
 */
const TIMEOUT_MS = 2_000;

@ApiTags('Health')
@SkipThrottle()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly inngest: InngestHealthIndicator,
    private readonly draining: Draining,
    private readonly startUp: StartUp,
    private readonly api: InngestApi,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The health of the worker in detail; the status code is that of /health/ready' })
  @HealthCheck({ swaggerDocumentation: true })
  details(): Promise<HealthCheckResult> {
    return this.ready();
  }

  @Get('startup')
  @ApiOperation({
    summary: 'Whether the worker has started: Inngest has accepted its functions at least once',
  })
  @HealthCheck({ swaggerDocumentation: true })
  startup(): Promise<HealthCheckResult> {
    return this.health.check([
      () => (this.startUp.isDone ? { functions: { status: 'up' } } : this.inngest.isRegistered('functions')),
    ]);
  }

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers; restart it if it does not' })
  @HealthCheck({ swaggerDocumentation: true })
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @ApiOperation({
    summary:
      'Whether tasks run: Inngest is reachable, the functions are registered, and the worker is not stopping',
  })
  @HealthCheck({ swaggerDocumentation: true })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.draining.check(),
      () => this.reachable(),
      () => this.inngest.isRegistered('functions'),
    ]);
  }

  /** The items that Inngest has set aside are only a detail: Inngest answers, and other tasks run. */
  private async reachable(): Promise<InngestHealthResult<'inngest'>> {
    const { inngest } = await this.inngest.isReachable('inngest');
    if (inngest.status !== 'up') return { inngest };
    const nothing = { setAside: 0 };
    const { setAside } = await this.api.health(AbortSignal.timeout(TIMEOUT_MS)).catch(() => nothing);
    return { inngest: { ...inngest, ...(setAside > 0 && { setAside: { count: setAside } }) } };
  }
}
