import { BadRequestException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** Those that a request may have several of: what a list of runs is narrowed to, the topics of a message. */
const MAY_REPEAT = new Set(['status', 'appId', 'app_id', 'functionId', 'function_id', 'topic']);

/** Express middleware: a parameter of the query that is given twice is 400, so that handlers get texts and no arrays. */
export function singleParameters({ query }: Request, _response: Response, next: NextFunction): void {
  const repeated = Object.keys(query).find(
    (name) => typeof query[name] !== 'string' && !MAY_REPEAT.has(name),
  );
  next(repeated === undefined ? undefined : new BadRequestException(`"${repeated}" may be given only once.`));
}
