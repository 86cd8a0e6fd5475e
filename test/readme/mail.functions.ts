import { Injectable, Logger, Module } from '@nestjs/common';
import { IsEmail } from 'class-validator';
import { eventType } from 'inngest';
import {
  dtoSchema,
  InngestFunction,
  OnInngestFailure,
  type InngestContext,
  type InngestFailureContext,
} from '../../src/inngest/index.js';

class MailRequest {
  @IsEmail()
  to!: string;
}

export const mailRequested = eventType('mail/requested', { schema: dtoSchema(MailRequest) });

@Injectable()
export class Mailer {
  private readonly logger = new Logger(Mailer.name);

  render({ to }: MailRequest): string {
    return `Dear ${to}, …`;
  }

  send(body: string): void {
    this.logger.log(body);
  }
}

@Injectable()
export class MailFunctions {
  private readonly logger = new Logger(MailFunctions.name);

  constructor(private readonly mailer: Mailer) {}

  @InngestFunction({ id: 'send-mail', triggers: [mailRequested], retries: 3 })
  async send({ event, step }: InngestContext<typeof mailRequested>): Promise<void> {
    const body = await step.run('render', () => this.mailer.render(event.data));
    await step.sleep('cool-down', '1h');
    await step.run('send', () => this.mailer.send(body));
  }

  @OnInngestFailure('send-mail')
  failed({ error, event }: InngestFailureContext<typeof mailRequested>): void {
    this.logger.error(`No mail to ${event.data.event.data.to}: ${error.message}`);
  }
}

@Module({ providers: [MailFunctions, Mailer] })
export class MailModule {}
