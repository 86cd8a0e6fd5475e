import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { LISTED_STATUSES, type ListedStatus } from '../../runs/index.js';

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;

/** Which demo tasks to list. */
export class DemoTaskListQuery {
  @ApiPropertyOptional({
    enum: LISTED_STATUSES,
    description: 'Only tasks whose run has this status. Default: all.',
  })
  @IsOptional()
  @IsIn(LISTED_STATUSES)
  status?: ListedStatus | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
    description: 'The largest number of tasks on a page.',
  })
  @IsOptional()
  @Transform(({ value }) =>
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : (value as unknown),
  )
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  limit?: number | null;

  @ApiPropertyOptional({ description: 'The `cursor` of the previous page. Default: the first page.' })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  cursor?: string | null;
}
