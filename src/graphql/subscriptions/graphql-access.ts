import type { UpgradeRules } from '../../guards/index.js';

/** Access rules for GraphQL, in addition to the guards of every request to the worker. */
export interface GraphqlAccessOptions {
  /** The hosts and pages that may open a WebSocket. */
  readonly upgradeRules: UpgradeRules;
  /**
   * Whether an `Authorization`, such as `Bearer <token>`, is valid; undefined if no token is required. A guard has
   * already
   * checked HTTP requests.
   */
  readonly authorize?: (authorization: string | undefined) => boolean;
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
   * Why an upgrade is refused; undefined if it is accepted. Pages cannot send the header, so a connection without it is
   * accepted
   * and must send its token in `connection_init`.
   */
  upgradeRefusal(authorization: string | undefined): string | undefined {
    return authorization === undefined || this.allows(authorization) ? undefined : NO_TOKEN;
  }

  /**
   * Whether a connection may be used.
   *
   * @param authorization the header of its upgrade
   * @param parameters the payload of `connection_init`
   */
  mayConnect(authorization: string | undefined, parameters: Record<string, unknown> | undefined): boolean {
    const shown = parameters?.['authorization'] ?? parameters?.['Authorization'] ?? authorization;
    return this.allows(typeof shown === 'string' ? shown : undefined);
  }

  private allows(authorization: string | undefined): boolean {
    return this.options.authorize?.(authorization) ?? true;
  }
}
