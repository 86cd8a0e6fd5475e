import type { Server } from 'node:http';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import {
  GraphQLError,
  OperationTypeNode,
  getOperationAST,
  parse,
  validate,
  type ExecutionArgs,
} from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type Context, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { stackOf } from '../../common/error-text.js';
import { CHALLENGE, serveUpgrades, type Upgrade } from '../../guards/index.js';
import { formatError } from '../errors/format-error.js';
import { GraphqlAccess } from './graphql-access.js';
import { assertWithinLimits, MAX_TOKENS } from '../limits/operation-limits.js';
import { serveConnection, type ConnectionInfo } from './connection.js';

/** The path of GraphQL requests and of the WebSocket. */
export const GRAPHQL_PATH = '/graphql';

/** The most open WebSockets, subscriptions on one of them, and subscriptions in total. */
const MAX_CONNECTIONS = 500;
const MAX_SUBSCRIPTIONS_OF_CONNECTION = 250;
const MAX_SUBSCRIPTIONS = 1_000;

/** How long a client may take to send `connection_init`, in milliseconds of real time. */
const INIT_WITHIN_MS = 3_000;

/** The largest message of a client, in bytes. It equals the limit for HTTP requests. */
const MESSAGE_BYTES = 100 * 1024;

/** The close code when the worker stops, and the time after which connections are terminated, in milliseconds. */
const GOING_AWAY = 1001;
const CLOSE_WITHIN_MS = 500;

/** The `Retry-After` of a client that was refused because of other clients, in seconds. */
const RETRY_AFTER_S = 5;

type Parameters = Record<string, unknown> | undefined;
type Connection = Context<Parameters, ConnectionInfo>;
type Protocol = ReturnType<typeof makeServer<Parameters, ConnectionInfo>>;

/**
 * Serves subscriptions over a WebSocket, in the protocol graphql-transport-ws. It does not accept queries or mutations.
 */
@Injectable()
export class SubscriptionsServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES,
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });
  private readonly logger = new Logger('GraphQL');
  private readonly protocol: Protocol;
  private subscriptions = 0;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly schema: GraphQLSchemaHost,
    private readonly access: GraphqlAccess,
  ) {
    this.protocol = makeServer<Parameters, ConnectionInfo>({
      connectionInitWaitTimeout: INIT_WITHIN_MS,
      onConnect: ({ connectionParams, extra }) =>
        this.access.mayConnect(
          extra.request.headers.authorization,
          connectionParams,
          extra.request.socket.remoteAddress,
        ),
      onSubscribe: (connection, _id, payload) => this.prepare(connection, payload),
      onOperation: () => void this.subscriptions++,
      onComplete: () => void this.subscriptions--,
      onError: (_connection, _id, _payload, errors) => errors.map(toClient),
      onNext: (_connection, _id, _payload, _args, { data, errors }) => ({
        ...(data !== undefined && { data }),
        ...(errors && { errors: errors.map(toClient) }),
      }),
    });
  }

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    serveUpgrades(server, this.access.upgradeRules, { [GRAPHQL_PATH]: (upgrade) => this.connect(upgrade) });
  }

  /** Closes the connections, because a stopping server would wait for them. Clients reconnect with their last id. */
  beforeApplicationShutdown(): void {
    for (const socket of this.sockets.clients) {
      socket.close(GOING_AWAY, 'The worker is stopping.');
      const cut = setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS);
      socket.once('close', () => clearTimeout(cut));
    }
  }

  private connect({ request, socket, head, refuse }: Upgrade): void {
    if (this.sockets.clients.size >= MAX_CONNECTIONS) {
      const why = `All ${MAX_CONNECTIONS} connections are in use. Try again later.`;
      refuse('503 Service Unavailable', why, [`retry-after: ${RETRY_AFTER_S}`]);
      return;
    }
    const refusal = this.access.upgradeRefusal(request.headers.authorization, request.socket.remoteAddress);
    if (refusal) {
      const { why, waitS } = refusal;
      if (waitS !== undefined) refuse('429 Too Many Requests', why, [`retry-after: ${waitS}`]);
      else refuse('401 Unauthorized', why, [`www-authenticate: ${CHALLENGE}`]);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (client) =>
      serveConnection(this.protocol, client, request, (error) => this.logger.error(stackOf(error))),
    );
  }

  /**
   * The operation to execute, or the errors if it is refused. Each subscription counts as a request, even if it is
   * refused.
   */
  private async prepare(
    connection: Connection,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { headers, socket } = connection.extra.request;
    const refusal = await this.access.requestRefusal(
      headers.authorization,
      connection.connectionParams,
      socket.remoteAddress,
    );
    if (refusal) {
      const { message, retryAfter } = refusal;
      return [new GraphQLError(message, { extensions: { code: 'TOO_MANY_REQUESTS', retryAfter } })];
    }
    return this.argsOf(connection, payload);
  }

  private argsOf(
    { subscriptions }: Connection,
    { query, operationName, variables }: SubscribePayload,
  ): ExecutionArgs | readonly GraphQLError[] {
    // The new subscription is already counted.
    if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS_OF_CONNECTION) {
      return [tooMany(`${MAX_SUBSCRIPTIONS_OF_CONNECTION} subscriptions are open on this connection`)];
    }
    if (this.subscriptions >= MAX_SUBSCRIPTIONS)
      return [tooMany(`${MAX_SUBSCRIPTIONS} subscriptions are open`)];
    const { schema } = this.schema;
    try {
      const document = parse(query, { maxTokens: MAX_TOKENS });
      const mistakes = validate(schema, document);
      if (mistakes.length > 0) return mistakes;
      if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION) {
        const message = `The WebSocket accepts only subscriptions. Send the operation by POST ${GRAPHQL_PATH}.`;
        return [new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })];
      }
      assertWithinLimits(document, operationName, variables);
      return { schema, document, operationName, variableValues: variables ?? {} };
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
  }
}

function toClient(error: unknown): ReturnType<typeof formatError> {
  const formatted = error instanceof GraphQLError ? error.toJSON() : { message: 'Internal server error.' };
  return formatError(formatted, error);
}

function tooMany(what: string): GraphQLError {
  return new GraphQLError(`${what}, which is the limit. Complete one first.`, {
    extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' },
  });
}
