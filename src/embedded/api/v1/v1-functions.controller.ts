import { Controller, Get, Param } from '@nestjs/common';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { iso } from '../shared/run-views.js';
import { describeFunction } from '../shared/function-view.js';
import { AllowedFor } from '../../access/access.guard.js';
import { NO_ENVIRONMENT } from './v1-answer.js';

@Controller('v1/apps')
@AllowedFor('users')
export class V1FunctionsController {
  constructor(private readonly functions: FunctionRegistry) {}

  @Get(':app/functions')
  list(@Param('app') app: string): object[] {
    return this.functions
      .active()
      .filter((fn) => fn.app.name === app)
      .map((fn) => ({
        internal_id: fn.id,
        env_id: NO_ENVIRONMENT,
        app_id: fn.app.id,
        id: fn.slug,
        name: fn.name,
        config: describeFunction(fn),
        created_at: iso(fn.createdAt),
      }));
  }
}
