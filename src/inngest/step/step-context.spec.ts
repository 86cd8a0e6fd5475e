import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import {
  currentStep,
  InngestFunction,
  StepContext,
  type InngestContext,
  type InngestStep,
} from '../index.js';
import { call, stepHash, type Op } from '../testing/call.js';
import { startApp, type StartedApp } from '../testing/start-app.js';

const asked = eventType('test/asked');

@Injectable()
class Deep {
  constructor(private readonly step: StepContext) {}

  async look(): Promise<InngestStep | undefined> {
    await pause(1);
    return this.step.current;
  }
}

@Injectable()
class Functions {
  outside: (InngestStep | undefined)[] = [];

  constructor(private readonly deep: Deep) {}

  @InngestFunction({ id: 'look', triggers: [asked] })
  async look({ step }: InngestContext<typeof asked>): Promise<unknown> {
    this.outside.push(currentStep());
    const seen = await step.run('first', () => this.deep.look());
    this.outside.push(currentStep());
    return seen;
  }

  @InngestFunction({ id: 'loop', triggers: [asked] })
  async loop({ step }: InngestContext<typeof asked>): Promise<void> {
    for (let round = 0; round < 2; round++) await step.run('again', () => currentStep());
  }

  @InngestFunction({ id: 'parallel', triggers: [asked] })
  async parallel({ step }: InngestContext<typeof asked>): Promise<unknown> {
    return Promise.all(['left', 'right'].map((name) => step.run(name, () => this.deep.look())));
  }
}

/** The step context that the executed step has seen and returned. */
const stepOf = ([op]: Op[]): InngestStep => op?.data as InngestStep;

describe('The context of a step', () => {
  let started: StartedApp;

  beforeAll(async () => {
    started = await startApp({ providers: [Functions, Deep] });
  });
  afterAll(() => started.app.close());

  it('is at hand in providers, across awaits', async () => {
    const { ops } = await call(started.url, { fnId: 'app-look', runId: '01RUN', attempt: 3 });

    expect(ops[0]?.data).toEqual({
      runId: '01RUN',
      functionId: 'look',
      stepId: 'first',
      attempt: 3,
      idempotencyKey: `01RUN:${stepHash('first')}`,
    });
  });

  it('is not there outside of steps', async () => {
    const functions = started.app.get(Functions);
    functions.outside = [];

    await call(started.url, { fnId: 'app-look', steps: { first: { data: 1 } } });

    expect(functions.outside).toEqual([undefined, undefined]);
    expect(currentStep()).toBeUndefined();
  });

  it('has one idempotency key for all attempts of a step', async () => {
    const keys = await Promise.all(
      [0, 1, 2].map(async (attempt) => {
        const { ops } = await call(started.url, { fnId: 'app-look', runId: '01RUN', attempt });
        return stepOf(ops).idempotencyKey;
      }),
    );

    expect(new Set(keys).size).toBe(1);
  });

  it('has another idempotency key for every round of a loop, and for every run', async () => {
    const key = async (options: object): Promise<string> => {
      const { ops } = await call(started.url, { fnId: 'app-loop', ...options });
      return stepOf(ops).idempotencyKey;
    };

    const keys = [
      await key({ runId: '01RUN' }),
      await key({ runId: '01RUN', steps: { again: { data: null } } }),
      await key({ runId: '02RUN' }),
    ];

    expect(new Set(keys).size).toBe(3);
  });

  it('does not mix up parallel calls', async () => {
    const { ops } = await call(started.url, { fnId: 'app-parallel' });

    const answers = await Promise.all(
      ops.map(({ id }) =>
        call(started.url, { fnId: 'app-parallel', stepId: id, disableImmediateExecution: true }),
      ),
    );

    expect(answers.map((answer) => stepOf(answer.ops).stepId)).toEqual(['left', 'right']);
  });
});
