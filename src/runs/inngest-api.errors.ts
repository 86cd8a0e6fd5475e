/** Inngest does not answer, or not in time, or not as an Inngest does. Asking again later may help. */
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

/** Inngest does not know the functions yet, or no longer: an event sent now would start nothing. Later it will. */
export class NotRegisteredError extends Error {
  override readonly name = 'NotRegisteredError';

  constructor(readonly url: string) {
    super(`The functions are not registered with Inngest at ${url} yet. Try again in a moment.`);
  }
}

/** Inngest answers, and does not want what it was asked. Asking again changes nothing. */
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
