/** The reasons for which the embedded server deliberately differs from the real one. */
export const WHY = {
  /**
   * On the real server, v1 event runs show a sleeping run as `Completed` and a run that waits for a retry as `Failed`. Neither
   * has ended.
   */
  status:
    'A status names an end only when it has come: until then the embedded server says queued or running.',
  /** The real server answers "" here. */
  v1Output: 'The output of a run that reported its steps is in the v1 API too, instead of an empty string.',
  /**
   * The real server counts the steps that existed when the call was first queued. It leaves out what the attempts have reported
   * since.
   */
  stackCurrent:
    'A repeated call counts all memoized steps in `stack.current`; SDKs read only the list beside it.',
  /** The real server caches `event runs` for 15 s and `run` for 3 s. */
  fresh: 'Answers are never cached, so that whoever polls sees what is.',
  /** The real server redirects `POST /e/` to a page that answers 200 with an empty body, and the event is lost. */
  noKey: 'An event sent without a key is refused, instead of being lost with a friendly 200.',
  /**
   * The real server shows what its Go program made of the configuration: `24h0m0s`, and plan limits although there is no plan.
   */
  configuration: 'A function is described by the configuration that it was registered with.',
  /** The real server answers `Authentication failed` as plain text. The SDK reports that as invalid JSON. */
  refusal: 'An app that is refused is told why in JSON, which its SDK can read out.',
  /** The real server does not find a function by the id that its developer chose, and its list of cancellations answers 500. */
  cancellations: 'Runs are cancelled by the id of their function, and what was asked for is listed.',
  startedAt: 'In lists too a run starts with its first call; over there it does when it is queued.',
  /** The real server's trace also contains the calls (`executor.nonstep`), and the attempts of some steps twice. */
  trace: 'A trace has every step once, with its attempts below it, and no calls.',
  /** The real server's lists show an end that lies 10 s in the future, to leave time for the steps that still execute. */
  cancelledAt: 'A run that is cancelled has ended at that moment.',
  /** On the real server, anybody who can reach its port can read all events and run functions. */
  doors: 'What asks for no key on a server with keys is not there.',
  /** The real server answers with the record of its own queue. */
  job: 'A job is told with what it is and when it is due, without the `Raw` record of a queue.',
  pages: 'Apps and functions are listed all at once, unless the request names a limit.',
  /** The real server ignores unknown parameters and fields. */
  unknown: 'A parameter of a query or a field of a body that is not known is refused by name.',
  tooLarge: 'The error of an input or a result that is too large names the step and the sizes as well.',
} as const;
