export interface ReplayStep {
  /** The hashed id. */
  id: string;
  name: string;
}

/**
 * - `missing`: the recording has the step, and the code never requests it;
 * - `new`: the code requests it, and the recording does not have it;
 * - `order`: both have it, and the code requests another step first.
 */
export type ReplayProblem = 'missing' | 'new' | 'order';

/** The code does not match the recorded run, so runs that have already started could not continue with it. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';

  constructor(
    readonly problem: ReplayProblem,
    /** The first step that does not match. */
    readonly step: ReplayStep,
    message: string,
  ) {
    super(message);
  }

  static missing(step: ReplayStep): ReplayError {
    const { name } = step;
    return new ReplayError('missing', step, `The step "${name}" of the recording is missing in the code.`);
  }

  /** @param expected the step at this position in the recording, if any */
  static new(step: ReplayStep, expected: ReplayStep | undefined): ReplayError {
    const place = expected ? `where the recording has "${expected.name}"` : 'after the last one recorded';
    return new ReplayError('new', step, `The step "${step.name}" is new: the code asks for it ${place}.`);
  }

  /** @param found the step that the code requests instead */
  static order(step: ReplayStep, found: ReplayStep): ReplayError {
    const message =
      `The steps are in another order: the recording has "${step.name}" ` +
      `where the code asks for "${found.name}".`;
    return new ReplayError('order', step, message);
  }
}
