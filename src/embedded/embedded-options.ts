/** Settings of the embedded server, as its modules see them. */
export abstract class EmbeddedOptions {
  /** Where it listens; 0 finds a free port. */
  abstract readonly port: number;
  abstract readonly host: string;
  /** A path, or `:memory:`. */
  abstract readonly dataFile: string;
  /** When set, events must be sent to this key. */
  abstract readonly eventKey?: string;
  /** When set, calls are signed and callers must show it. */
  abstract readonly signingKey?: string;
  /** How long an app may take to answer a call, in milliseconds. */
  abstract readonly requestTimeoutMs: number;
}
