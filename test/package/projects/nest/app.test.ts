import 'reflect-metadata';
import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { Injectable, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsString } from 'class-validator';
import { eventType, type Inngest } from 'inngest';
import {
  dtoSchema,
  getInngestToken,
  InngestFunction,
  InngestModule,
  type InngestContext,
} from 'task-queue-worker';
import { EmbeddedInngest } from 'task-queue-worker/server';
import { platform } from './platform.js';

class Person {
  @IsString()
  name!: string;
}

const arrived = eventType('person/arrived', { schema: dtoSchema(Person) });

@Injectable()
class Greeter {
  greet(name: string): string {
    return `Hello ${name}`;
  }
}

@Injectable()
class Greetings {
  /** The greeting of the first run. */
  readonly first: Promise<string>;
  private tell!: (greeting: string) => void;

  constructor(private readonly greeter: Greeter) {
    this.first = new Promise((resolve) => (this.tell = resolve));
  }

  @InngestFunction({ id: 'greet', triggers: [arrived] })
  async greet({ event, step }: InngestContext<typeof arrived>): Promise<void> {
    const greeting = await step.run('greet', () => this.greeter.greet(event.data.name));
    await step.run('tell', () => this.tell(greeting));
  }
}

function appFor(baseUrl: string): Promise<INestApplication> {
  @Module({
    imports: [InngestModule.forRoot({ id: 'nest', isDev: true, baseUrl, eventKey: 'test' })],
    providers: [Greetings, Greeter],
  })
  class AppModule {}

  return NestFactory.create(AppModule, platform(), { logger: false, abortOnError: false });
}

void test('a Nest application runs its functions on the embedded server', async () => {
  const server = await EmbeddedInngest.start({ port: 0, logger: false });
  const app = await appFor(server.url);
  await app.listen(0, '127.0.0.1');
  await server.sync(`${await app.getUrl()}/api/inngest`);

  await app.get<Inngest>(getInngestToken()).send(arrived.create({ name: 'Ada' }));

  assert.equal(await app.get(Greetings).first, 'Hello Ada');
  await server.drain(10_000);
  await server.close();
  app.getHttpServer().closeAllConnections();
  await app.close();
});
