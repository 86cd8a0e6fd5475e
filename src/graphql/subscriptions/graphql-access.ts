import type { UpgradeRules } from '../../guards/index.js';

/** Who may use GraphQL beyond what stands before every request of the worker. */
export interface GraphqlAccessOptions {
  /** Which hosts and pages may open a WebSocket. */
  readonly upgradeRules: UpgradeRules;
  /**
   * Whether an `Authorization`, such as `Bearer <token>`, may pass; undefined where nothing is asked for. Requests by
   * HTTP are asked before they come here.
   */
  readonly authorize?: (authorization: string | undefined) => boolean;
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
