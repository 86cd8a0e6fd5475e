/** Ends a whole evaluation. A {@link Failure} inside it would count as an absent value instead. */
export class EvaluationAborted extends Error {
  override readonly name: string = 'EvaluationAborted';
}
