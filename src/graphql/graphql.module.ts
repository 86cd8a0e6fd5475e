import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Module, type DynamicModule } from '@nestjs/common';
import { AbstractGraphQLDriver, GraphQLModule } from '@nestjs/graphql';
import { DemoTaskModule } from '../demo-task/index.js';
import { DemoTaskResolver } from './demo-task.resolver.js';
import { formatError } from './errors/format-error.js';
import { GraphqlAccess, type GraphqlAccessOptions } from './subscriptions/graphql-access.js';
import { ApolloHttpDriver } from './http/apollo-http.driver.js';
import { GraphqlController } from './http/graphql.controller.js';
import { limitsPlugin } from './limits/limits.plugin.js';
import { MAX_TOKENS } from './limits/operation-limits.js';
import { GRAPHQL_PATH, SubscriptionsServer } from './subscriptions/subscriptions.server.js';

export interface GraphqlOptions extends GraphqlAccessOptions {
  /** Whether clients may read the schema. */
  readonly introspection: boolean;
}

/** Demo tasks over GraphQL at `/graphql`: queries and mutations by HTTP, subscriptions over a WebSocket. */
@Module({})
export class GraphqlModule {
  static forRoot({ introspection, ...access }: GraphqlOptions): DynamicModule {
    const server = GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloHttpDriver,
      path: GRAPHQL_PATH,
      autoSchemaFile: true,
      sortSchema: true,
      playground: false,
      graphiql: false,
      introspection,
      csrfPrevention: true,
      persistedQueries: false,
      includeStacktraceInErrorResponses: false,
      stopOnTerminationSignals: false,
      autoTransformHttpErrors: false,
      formatError,
      parseOptions: { maxTokens: MAX_TOKENS },
      plugins: [
        limitsPlugin,
        // Send no reports to Apollo, and do not load the code that would.
        ApolloServerPluginUsageReportingDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        ApolloServerPluginInlineTraceDisabled(),
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginLandingPageDisabled(),
      ],
    });
    return {
      module: GraphqlModule,
      imports: [DemoTaskModule, { ...server, exports: [...(server.exports ?? []), AbstractGraphQLDriver] }],
      controllers: [GraphqlController],
      providers: [
        DemoTaskResolver,
        SubscriptionsServer,
        { provide: GraphqlAccess, useValue: new GraphqlAccess(access) },
        { provide: ApolloHttpDriver, useExisting: AbstractGraphQLDriver },
      ],
    };
  }
}
