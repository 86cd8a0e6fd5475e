import { tooManyWrongKeys, type UpgradeRules, type WrongKeys } from '../../guards/index.js';

/** Access rules for GraphQL, in addition to the guards of every request to the worker. */
export interface GraphqlAccessOptions {
  /** The hosts and pages that may open a WebSocket. */
  readonly upgradeRules: UpgradeRules;
  /**
   * Returns whether an `Authorization` header, such as `Bearer <token>`, is valid; undefined if no token is required.
   * HTTP requests are already checked by a guard.
   */
  readonly authorize?: (authorization: string | undefined) => boolean;
  /** Counts the wrong tokens of each IP address. */
  readonly wrongKeys?: WrongKeys;
  /** Counts a subscription as a request. Resolves with the reason and the waiting time if it is refused. */
  readonly requestRefusal?: (
    authorization: string | undefined,
    address: string,
  ) => Promise<RequestRefusal | undefined>;
}

/** The client has sent too many requests. */
export interface RequestRefusal {
  readonly message: string;
  /** In seconds. */
  readonly retryAfter: number;
}

/** Why a connection is refused. */
export interface UpgradeRefusal {
  readonly why: string;
  /** After too many wrong tokens: the seconds after which the client may try again. */
  readonly waitS?: number;
}

const NO_TOKEN =
  'Send one of the tokens in API_TOKENS: in the header "Authorization: Bearer <token>", or in the payload of ' +
  'connection_init as {"authorization": "Bearer <token>"}.';

/** Decides which clients may open a WebSocket. */
export class GraphqlAccess {
  constructor(private readonly options: GraphqlAccessOptions) {}

  get upgradeRules(): UpgradeRules {
    return this.options.upgradeRules;
  }

  /**
   * The reason to refuse an upgrade; undefined if it is accepted. Pages cannot send the header, so a connection without
   * it is accepted and must send its token in `connection_init`.
   *
   * @param address the IP address of the client
   */
  upgradeRefusal(authorization: string | undefined, address = ''): UpgradeRefusal | undefined {
    if (authorization === undefined || this.allows(authorization)) return undefined;
    const waitS = this.options.wrongKeys?.note(false, address) ?? 0;
    return waitS > 0 ? { why: tooManyWrongKeys(waitS), waitS } : { why: NO_TOKEN };
  }

  /**
   * Whether a connection may be used.
   *
   * @param authorization the header of its upgrade
   * @param parameters the payload of `connection_init`
   * @param address the IP address of the client
   */
  mayConnect(
    authorization: string | undefined,
    parameters: Record<string, unknown> | undefined,
    address = '',
  ): boolean {
    const shown = shownIn(authorization, parameters);
    const isRight = this.allows(typeof shown === 'string' ? shown : undefined);
    if (shown !== undefined) this.options.wrongKeys?.note(isRight, address);
    return isRight;
  }

  /**
   * Counts a subscription of a connection as a request of its client. The parameters are those of {@link mayConnect}.
   */
  requestRefusal(
    authorization: string | undefined,
    parameters: Record<string, unknown> | undefined,
    address = '',
  ): Promise<RequestRefusal | undefined> {
    const shown = shownIn(authorization, parameters);
    const given = typeof shown === 'string' ? shown : undefined;
    return this.options.requestRefusal?.(given, address) ?? Promise.resolve(undefined);
  }

  private allows(authorization: string | undefined): boolean {
    return this.options.authorize?.(authorization) ?? true;
  }
}

/** The token of a connection. The payload of `connection_init` takes precedence over the header. */
function shownIn(
  authorization: string | undefined,
  parameters: Record<string, unknown> | undefined,
): unknown {
  return parameters?.['authorization'] ?? parameters?.['Authorization'] ?? authorization;
}
