import { COMMAND } from './package-info.js';

/** The command's arguments are wrong. The message names every mistake. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(readonly mistakes: readonly string[]) {
    super([...mistakes, `${COMMAND} --help lists the options.`].join('\n'));
  }
}
