import { Logger } from '@nestjs/common';
import { runInStep } from './inngest/step/current-step.js';
import { runInTrace } from './tracing/current-trace.js';
import { WorkerLogger } from './worker-logger.js';

const step = { runId: '01RUN', functionId: 'f', stepId: 's', attempt: 1, idempotencyKey: '01RUN:s' };

describe('WorkerLogger', () => {
  let printed: string;

  beforeEach(() => {
    printed = '';
    const print = (text: string | Uint8Array): boolean => {
      printed += String(text);
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(print);
    jest.spyOn(process.stderr, 'write').mockImplementation(print);
    Logger.overrideLogger(new WorkerLogger({ colors: false }));
  });

  afterEach(() => {
    jest.restoreAllMocks();
    Logger.overrideLogger(false);
  });

  it('prints what the application logs', () => {
    new Logger('DelayService').log('Waiting 5 ms');
    new Logger('Inngest').error('no luck', 'Error: no luck\n    at …');
    expect(printed).toMatch(
      /LOG \[DelayService\] Waiting 5 ms\n.*ERROR \[Inngest\] no luck\nError: no luck\n/,
    );
  });

  it('in JSON has one object a line, with the step and the trace of what is logged in one', () => {
    Logger.overrideLogger(new WorkerLogger({ json: true, colors: true }));
    const logger = new Logger('DelayService');
    runInTrace('0af7651916cd43dd8448eb211c80319c', () =>
      runInStep(step, () => {
        logger.log('Waiting\n5 ms');
        logger.error(new Error('no luck'));
      }),
    );
    logger.warn('outside');
    const [first, second, third, ...rest] = printed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const inside = { context: 'DelayService', run: '01RUN', function: 'f', step: 's', attempt: 1 };
    const trace = '0af7651916cd43dd8448eb211c80319c';
    expect(first).toMatchObject({ ...inside, trace, level: 'log', message: 'Waiting\n5 ms' });
    expect(second).toMatchObject({ ...inside, trace, level: 'error' });
    expect(JSON.stringify(second)).toContain('no luck');
    expect(third).not.toHaveProperty('trace');
    expect(rest).toEqual([]);
  });

  it('keeps quiet about how Nest comes up', () => {
    new Logger('InstanceLoader').log('AppModule dependencies initialized');
    new Logger('NestApplication').error('Error: listen EADDRINUSE');
    expect(printed).toBe('');
  });
});
