import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Clock } from '../../../clock/index.js';
import { isRecord } from '../../../common/is-record.js';
import { unknownNames } from '../../../common/unknown-names.js';
import { AllowedFor } from '../../access/access.guard.js';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { Takes } from '../shared/known-parameters.js';
import { V2Exception } from '../shared/v2.exception.js';
import type { Answer } from './answer-types/envelope.js';
import type { BulkView } from './answer-types/job.js';
import { jobView } from './job-view.js';
import { BULK_ACTIONS, RunBulk, type BulkAction } from './run-bulk.js';
import { BULK_QUERY, parseRunQuery, type RunListRequest, type RunQuery } from './run-query.js';
import { V2Answers } from './v2-answer.js';

/** Cancels or replays many runs with one request. Only this server has it. */
@Controller('api/v2/runs')
@AllowedFor('users')
export class V2BulkController {
  constructor(
    private readonly bulk: RunBulk,
    private readonly functions: FunctionRegistry,
    private readonly answers: V2Answers,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes `{action, filter}`. Cancels or replays all runs that match the filter, whose fields are the parameters of a list
   * of runs. With `dryRun` it only counts them.
   */
  @Post('bulk')
  @HttpCode(200)
  @Takes({ body: ['action', 'filter', 'dryRun'] })
  async act(@Body() body: unknown): Promise<Answer<BulkView>> {
    const { action, filter, isDryRun } = read(body);
    const asked: RunListRequest = parseRunQuery(filter, this.functions, this.clock.now());
    const total = await this.bulk.count(action, asked);
    if (isDryRun) return this.answers.wrap({ total });
    return this.answers.wrap({ total, job: jobView(await this.bulk.begin(action, asked, total)) });
  }
}

/** Reads the body. The filter is required, because a missing one would mean every run. @throws V2Exception 400 */
function read(body: unknown): { action: BulkAction; filter: RunQuery; isDryRun: boolean } {
  const { action, filter, dryRun = false } = isRecord(body) ? body : {};
  const known = BULK_ACTIONS.find((one) => one === action);
  if (!known) throw refusal(`"action" must be one of ${BULK_ACTIONS.join(', ')}.`);
  if (!isRecord(filter)) throw refusal('"filter" must be an object; {} matches all runs.');
  if (typeof dryRun !== 'boolean') throw refusal('"dryRun" must be true or false.');
  const unknown = unknownNames('filter', Object.keys(filter), BULK_QUERY);
  if (unknown !== undefined) throw refusal(unknown);
  const wrong = Object.entries(filter).find(([, value]) => !isParameter(value));
  if (wrong) throw refusal(`"${wrong[0]}" of the filter must be a string or a list of strings.`);
  const ids = filter['ids'];
  const query = { ...filter, ...(Array.isArray(ids) && { ids: ids.join(',') }) } as RunQuery;
  return { action: known, filter: query, isDryRun: dryRun };
}

function isParameter(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}

function refusal(message: string): V2Exception {
  return new V2Exception(400, 'invalid_request', message);
}
