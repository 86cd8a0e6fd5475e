import { COMMAND } from './package-info.js';

/** The command was called with something that it does not take. The message names all mistakes. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(readonly mistakes: readonly string[]) {
    super([...mistakes, `${COMMAND} --help lists the options.`].join('\n'));
  }
}
