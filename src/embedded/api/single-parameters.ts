import { BadRequestException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** The parameters that a request may repeat: filters of a list of runs, and the topics of a message. */
const MAY_REPEAT = new Set(['status', 'appId', 'app_id', 'functionId', 'function_id', 'topic']);

/** Express middleware that answers 400 to a repeated query parameter, so that handlers get strings and never arrays. */
export function singleParameters({ query }: Request, _response: Response, next: NextFunction): void {
  const repeated = Object.keys(query).find(
    (name) => typeof query[name] !== 'string' && !MAY_REPEAT.has(name),
  );
  next(repeated === undefined ? undefined : new BadRequestException(`"${repeated}" may be given only once.`));
}
