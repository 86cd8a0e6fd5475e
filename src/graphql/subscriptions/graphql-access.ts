import { tooManyWrongKeys, type UpgradeRules, type WrongKeys } from '../../guards/index.js';

/** Who may use GraphQL beyond what stands before every request of the worker. */
export interface GraphqlAccessOptions {
  /** Which hosts and pages may open a WebSocket. */
  readonly upgradeRules: UpgradeRules;
  /**
   * Whether an `Authorization`, such as `Bearer <token>`, may pass; undefined where nothing is asked for. Requests by
   * HTTP are asked before they come here.
   */
  readonly authorize?: (authorization: string | undefined) => boolean;
  /** Counts the wrong ones of an address. */
  readonly wrongKeys?: WrongKeys;
  /** Counts a subscription as a request. Resolves with why it is refused, if it is, and for how many seconds. */
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
  /** When the client is to try again, in seconds: it has shown too many wrong tokens. */
  readonly waitS?: number;
}

const NO_TOKEN =
  'Send one of the tokens in API_TOKENS: in the header "Authorization: Bearer <token>", or in the payload of ' +
  'connection_init as {"authorization": "Bearer <token>"}.';

/** Decides who may open a WebSocket. */
export class GraphqlAccess {
  constructor(private readonly options: GraphqlAccessOptions) {}

  get upgradeRules(): UpgradeRules {
    return this.options.upgradeRules;
  }

  /**
   * Why a connection is refused before it is one; undefined when it is not. Pages cannot send the header, so one
   * without it is let in and must show its token in `connection_init`.
   *
   * @param address of the client
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
   * @param address of the client
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

  /** Counts a subscription of a connection as a request of its client. The parameters are those of {@link mayConnect}. */
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

/** The payload of `connection_init` counts before the header. */
function shownIn(
  authorization: string | undefined,
  parameters: Record<string, unknown> | undefined,
): unknown {
  return parameters?.['authorization'] ?? parameters?.['Authorization'] ?? authorization;
}
