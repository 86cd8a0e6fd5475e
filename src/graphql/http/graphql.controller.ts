import { HeaderMap } from '@apollo/server';
import {
  Body,
  Controller,
  Get,
  HttpStatus,
  MethodNotAllowedException,
  Post,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApolloHttpDriver } from './apollo-http.driver.js';
import { GraphqlErrorFilter } from './graphql-error.filter.js';
import { GraphqlRequest } from './graphql-request.dto.js';

/** GraphQL over HTTP: queries and mutations. Subscriptions use the WebSocket at the same path. */
@ApiExcludeController()
@Controller('graphql')
@UseFilters(GraphqlErrorFilter)
export class GraphqlController {
  constructor(private readonly driver: ApolloHttpDriver) {}

  @Post()
  async execute(
    @Body() body: GraphqlRequest,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
    const answer = await this.driver.instance.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body: given(body) },
      context: () => Promise.resolve({}),
    });
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    response.status(answer.status ?? HttpStatus.OK);
    if (answer.body.kind === 'complete') {
      response.send(answer.body.string);
      return;
    }
    for await (const chunk of answer.body.asyncIterator) response.write(chunk);
    response.end();
  }

  @Get()
  refuse(@Res({ passthrough: true }) response: Response): never {
    response.setHeader('allow', 'POST');
    throw new MethodNotAllowedException(
      'Send operations with POST as JSON: {"query": "…", "variables": {…}}. Subscriptions use a WebSocket.',
    );
  }
}

/** Removes null values. Clients may send null for an omitted value, which Apollo does not accept. */
function given(body: GraphqlRequest): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value != null));
}
