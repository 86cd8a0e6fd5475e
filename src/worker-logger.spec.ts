import { Logger } from '@nestjs/common';
import { WorkerLogger } from './worker-logger.js';

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

  it('keeps quiet about how Nest comes up', () => {
    new Logger('InstanceLoader').log('AppModule dependencies initialized');
    new Logger('NestApplication').error('Error: listen EADDRINUSE');
    expect(printed).toBe('');
  });
});
