import { Logger } from '@nestjs/common';
import { runInStep } from './current-step.js';
import { InngestLogger } from './inngest-logger.js';

const step = {
  runId: '01RUN',
  functionId: 'look',
  stepId: 'first',
  attempt: 2,
  idempotencyKey: '01RUN:first',
};

function printed(stream: 'stdout' | 'stderr', work: () => void): string {
  const write = jest.spyOn(process[stream], 'write').mockReturnValue(true);
  try {
    work();
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

function onTerminal<T>(isTerminal: boolean, work: () => T): T {
  const before = process.stdout.isTTY;
  process.stdout.isTTY = isTerminal;
  try {
    return work();
  } finally {
    process.stdout.isTTY = before;
  }
}

describe('InngestLogger', () => {
  it('heads every line logged in a step with its run, step and attempt', () => {
    const logger = new InngestLogger();

    const text = printed('stdout', () =>
      runInStep(step, () => {
        logger.log('hello', 'Deep');
        logger.warn('careful', { rows: 3 });
      }),
    );

    expect(text).toMatch(/LOG \[Deep\] run=01RUN step=first attempt=2 key=01RUN:first hello\n/);
    expect(text).toMatch(/WARN run=01RUN step=first attempt=2 key=01RUN:first careful \{ rows: 3 \}\n/);
  });

  it('heads errors too, and keeps their stack', () => {
    const logger = new InngestLogger();

    const text = printed('stderr', () =>
      runInStep(step, () => logger.error('boom', 'Error: boom\n    at file.ts:1:2', 'Deep')),
    );

    expect(text).toMatch(
      /ERROR \[Deep\] run=01RUN step=first attempt=2 key=01RUN:first boom\nError: boom\n {4}at file/,
    );
  });

  it('serves the loggers of providers', () => {
    const lines = printed('stdout', () => {
      Logger.overrideLogger(new InngestLogger());
      runInStep(step, () => new Logger('Provider').log('from below'));
      Logger.overrideLogger(false);
    });

    expect(lines).toMatch(/\[Provider\] run=01RUN step=first attempt=2 key=01RUN:first from below/);
  });

  it('adds nothing outside of steps', () => {
    const text = printed('stdout', () => new InngestLogger().log('hello', 'Deep'));

    expect(text).toMatch(/\[Deep\] hello\n/);
    expect(text).not.toContain('run=');
  });

  it('has them as fields in JSON', () => {
    const logger = new InngestLogger({ json: true });

    const inside = printed('stdout', () => runInStep(step, () => logger.log('hello', 'Deep')));
    const outside = printed('stdout', () => logger.log('hello', 'Deep'));

    expect(JSON.parse(inside)).toMatchObject({
      message: 'hello',
      context: 'Deep',
      run: '01RUN',
      function: 'look',
      step: 'first',
      attempt: 2,
      idempotencyKey: '01RUN:first',
    });
    expect(JSON.parse(outside)).not.toHaveProperty('run');
  });

  it('colours on a terminal only', () => {
    const colour = '\u001B[';
    const print = (): string => printed('stdout', () => new InngestLogger().log('hello'));

    expect(onTerminal(true, print)).toContain(colour);
    expect(onTerminal(false, print)).not.toContain(colour);
  });
});
