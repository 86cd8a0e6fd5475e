import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { eventType } from 'inngest';
import {
  ClockModule,
  InngestFunction,
  InngestModule,
  type Clock,
  type InngestContext,
} from '../../../src/inngest/index.js';

export const signedUp = eventType('user/signed.up');

@Injectable()
export class Mailbox {
  readonly sent: string[] = [];
}

@Injectable()
export class Welcome {
  constructor(private readonly mailbox: Mailbox) {}

  @InngestFunction({ id: 'welcome', triggers: [signedUp] })
  async welcome({ step }: InngestContext<typeof signedUp>): Promise<void> {
    await step.run('greet', () => this.mailbox.sent.push('Welcome!'));
    await step.sleep('a week', '7d');
    await step.run('ask', () => this.mailbox.sent.push('How do you like it?'));
  }
}

/** The application. A test gives it the URL of its server, and its clock. */
@Module({})
export class AppModule {
  static forRoot(baseUrl: string, clock?: Clock): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ClockModule.forRoot(clock),
        InngestModule.forRoot({ id: 'shop', isDev: true, baseUrl, eventKey: 'test' }),
      ],
      providers: [Welcome, Mailbox],
    };
  }
}
