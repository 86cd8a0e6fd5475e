/** Ends an evaluation as a whole, where a failure inside it would be taken for an absent value. */
export class EvaluationAborted extends Error {
  override readonly name: string = 'EvaluationAborted';
}
