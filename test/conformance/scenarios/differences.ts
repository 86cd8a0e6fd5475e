/** Where the embedded server differs on purpose, and why. */
export const WHY = {
  /** A sleeping run reads `Completed` in v1 event runs, one that waits for its retry `Failed`; neither has ended. */
  status:
    'A status names an end only when it has come: until then the embedded server says queued or running.',
  /** The real server answers "" there. */
  v1Output: 'The output of a run that reported its steps is in the v1 API too, instead of an empty string.',
  /** It counts what there was when the call was first queued, which leaves out what its attempts reported since. */
  stackCurrent:
    'A repeated call counts all memoized steps in `stack.current`; SDKs read only the list beside it.',
  /** `event runs` are cached for 15 s there, `run` for 3 s. */
  fresh: 'Answers are never cached, so that whoever polls sees what is.',
  /** Over there `POST /e/` is redirected to a page that answers 200 with nothing, and the event is gone. */
  noKey: 'An event sent without a key is refused, instead of being lost with a friendly 200.',
  /** Over there it is whatever the Go program made of it: `24h0m0s`, plan limits of no plan. */
  configuration: 'A function is described by the configuration that it was registered with.',
  /** `Authentication failed` as plain text, which an SDK reports as JSON that it cannot read. */
  refusal: 'An app that is refused is told why in JSON, which its SDK can read out.',
  /** Over there a function is not found by the id that its developer gave it, and the list of cancellations answers 500. */
  cancellations: 'Runs are cancelled by the id of their function, and what was asked for is listed.',
  startedAt: 'In lists too a run starts with its first call; over there it does when it is queued.',
  /** Over there the calls are in it too (`executor.nonstep`), and each attempt of some steps a second time. */
  trace: 'A trace has every step once, with its attempts below it, and no calls.',
  /** Over there lists tell an end that is 10 s ahead, for the steps that are still executing. */
  cancelledAt: 'A run that is cancelled has ended at that moment.',
  /** Whoever reaches the port of the real server can read all events there, and run functions. */
  doors: 'What asks for no key on a server with keys is not there.',
  /** Over there it is the record of its own queue. */
  job: 'A job is told with what it is and when it is due, without the `Raw` record of a queue.',
  pages: 'Apps and functions are listed all at once, unless the request names a limit.',
  /** Over there what is not known is dropped. */
  unknown: 'A parameter of a query or a field of a body that is not known is refused by name.',
  tooLarge: 'The error of an input or a result that is too large names the step and the sizes as well.',
} as const;
