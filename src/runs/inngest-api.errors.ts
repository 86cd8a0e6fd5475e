/**
 * Inngest does not answer, or not in time, or the answer is not from an Inngest server. A later attempt may succeed.
 */
export class InngestUnreachableError extends Error {
  override readonly name = 'InngestUnreachableError';

  constructor(
    readonly url: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`Inngest not reachable at ${url}: ${reason}`, options);
  }
}

/** Inngest does not have the functions yet, or has lost them. An event that is sent now would start no run. */
export class NotRegisteredError extends Error {
  override readonly name = 'NotRegisteredError';

  constructor(readonly url: string) {
    super(`The functions are not registered with Inngest at ${url} yet. Try again in a moment.`);
  }
}

/** Inngest answers and refuses the request. Another attempt does not help. */
export class InngestRefusedError extends Error {
  override readonly name = 'InngestRefusedError';

  constructor(
    readonly url: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`Inngest at ${url} refused the request: ${reason}`, options);
  }
}
