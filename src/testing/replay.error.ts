export interface ReplayStep {
  /** The hashed id. */
  id: string;
  name: string;
}

/**
 * - `missing`: the recording has the step, and the code never asks for it;
 * - `new`: the code asks for it, and the recording does not have it;
 * - `order`: both have it, and the code asks for another step first.
 */
export type ReplayProblem = 'missing' | 'new' | 'order';

/** The code does not fit the recorded run: runs under way could not go on with it. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';

  constructor(
    readonly problem: ReplayProblem,
    /** The first step that does not fit. */
    readonly step: ReplayStep,
    message: string,
  ) {
    super(message);
  }

  static missing(step: ReplayStep): ReplayError {
    const { name } = step;
    return new ReplayError('missing', step, `The step "${name}" of the recording is missing in the code.`);
  }

  /** @param expected the step that the recording has at its place, if any */
  static new(step: ReplayStep, expected: ReplayStep | undefined): ReplayError {
    const place = expected ? `where the recording has "${expected.name}"` : 'after the last one recorded';
    return new ReplayError('new', step, `The step "${step.name}" is new: the code asks for it ${place}.`);
  }

  /** @param found the step that the code asks for instead */
  static order(step: ReplayStep, found: ReplayStep): ReplayError {
    const message =
      `The steps are in another order: the recording has "${step.name}" ` +
      `where the code asks for "${found.name}".`;
    return new ReplayError('order', step, message);
  }
}
