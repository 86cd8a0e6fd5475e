import { Logger } from '@nestjs/common';
import { sdkLogger } from './inngest/client/sdk-logger.js';
import { runInStep } from './inngest/step/current-step.js';
import { InngestLogger } from './inngest/index.js';
import { WorkerLogger } from './worker-logger.js';
import { PrintableLogger } from './common/printable-logger.js';

const EVIL = 'x\n[Nest] 1  - LOG fake\u001b[2J\r\u009b1A\u2028\u2029\u202etxt\u0000';
const ESCAPED = 'x\\n[Nest] 1  - LOG fake\\x1b[2J\\r\\x9b1A\\u2028\\u2029\\u202etxt\\x00';
const WRITES = /(?!\n)[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

describe.each([
  ['PrintableLogger', PrintableLogger],
  ['InngestLogger', InngestLogger],
  ['WorkerLogger', WorkerLogger],
])('%s', (_name, LoggerClass) => {
  let printed: string;

  beforeEach(() => {
    printed = '';
    const print = (text: string | Uint8Array): boolean => {
      printed += String(text);
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(print);
    jest.spyOn(process.stderr, 'write').mockImplementation(print);
  });

  afterEach(() => jest.restoreAllMocks());

  it.each(['log', 'warn', 'debug', 'verbose', 'error', 'fatal'] as const)(
    'writes one line for one %s, whatever the text',
    (level) => {
      new LoggerClass({ colors: false })[level](EVIL, 'Context\n');
      expect(printed).toMatch(/^[^\n]*\n$/);
      expect(printed).toContain(`[Context\\n] ${ESCAPED}\n`);
      expect(printed).not.toMatch(WRITES);
    },
  );

  it('has the local time', () => {
    const begun = Math.floor(Date.now() / 1_000) * 1_000;
    new LoggerClass({ colors: false }).log('text', 'Context');
    const [, day, time] = /- (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) +LOG \[Context\] text\n$/.exec(printed) ?? [];
    const logged = Date.parse(`${day}T${time}`);

    expect(logged).toBeGreaterThanOrEqual(begun);
    expect(logged).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['an object', { [EVIL]: EVIL }],
    ['a list', [EVIL, EVIL]],
    ['fields with an error', { error: new Error(EVIL) }],
    ['a map', new Map([[EVIL, EVIL]])],
    ['a symbol', Symbol(EVIL)],
    ['a function that gives it', () => EVIL],
  ])('and for %s', (_what, value) => {
    new LoggerClass({ colors: false }).log(value, 'Context');
    expect(printed).toMatch(/^[^\n]*\n$/);
    expect(printed).not.toMatch(WRITES);
  });

  it.each([
    ['a text', 'Bearer top-secret-token'],
    ['fields', { headers: { authorization: 'Bearer top-secret-token' } }],
    ['an error', new Error('Bearer top-secret-token')],
    ['a cause', new Error('refused', { cause: new Error('with top-secret-token') })],
  ])('shows no secret in %s', (_what, value) => {
    for (const json of [false, true]) {
      const logger = new LoggerClass({ colors: false, json });
      logger.hide(['top-secret-token']);
      logger.error(value, 'Error: top-secret-token\n    at somewhere', 'Context');
    }
    expect(printed).toContain('[secret]');
    expect(printed).not.toContain('top-secret-token');
  });

  it('prints a line for an error that throws when it is read', () => {
    const hostile = new Error('hidden');
    for (const key of ['stack', 'cause', 'code']) {
      Object.defineProperty(hostile, key, {
        enumerable: true,
        get: () => {
          throw new Error('again');
        },
      });
    }
    new LoggerClass({ colors: false }).error(hostile);
    expect(printed).toContain('An error that cannot be shown');
  });

  it('prints an error with its places and causes, a line each, and no others', () => {
    const cause = Object.assign(new Error(EVIL), { stack: `Error: ${EVIL}\n    at cause (c.js:1:1)` });
    const error = Object.assign(new Error(EVIL, { cause }), { code: EVIL });
    error.stack = `Error: ${EVIL}\n    at place (p.js:1:1)`;
    new LoggerClass({ colors: false }).error(error);
    const lines = printed.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/ERROR Error: x\\n/),
      expect.stringMatching(/^ {4}at place \(p\.js:1:1\) \{ code: /),
      expect.stringMatching(/^\[cause\]: Error: x\\n/),
      '    at cause (c.js:1:1)',
    ]);
    expect(printed).not.toMatch(WRITES);
  });

  it('prints a stack with its places, and no other lines', () => {
    new LoggerClass({ colors: false }).error('failed', `Error: ${EVIL}\n    at place (p.js:1:1)`, 'Context');
    expect(printed).toContain(`failed\nError: ${ESCAPED}\n    at place (p.js:1:1)\n`);
    expect(printed).not.toMatch(WRITES);
  });

  it('colours only what is its own', () => {
    new LoggerClass({ colors: true }).log(EVIL, 'Context');
    expect(printed).toContain(ESCAPED);
    expect(printed).not.toContain('\u001b[2J');
  });

  it('in JSON too, where the text is what was sent', () => {
    new LoggerClass({ json: true, colors: false }).log(EVIL, 'Context');
    expect(printed).toMatch(/^[^\n]*\n$/);
    expect(printed).not.toMatch(WRITES);
    expect(JSON.parse(printed)).toMatchObject({ message: EVIL });
  });
});

describe('What the SDK logs', () => {
  it('has the places of an error that a function threw, and none that its message names', () => {
    const written: string[] = [];
    const write = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
    const spies = (['stdout', 'stderr'] as const).map((name) =>
      jest.spyOn(process[name], 'write').mockImplementation(write),
    );
    const nest = new InngestLogger({ colors: false });
    const logger = new Logger('Inngest');
    logger.error = nest.error.bind(nest);
    const step = { runId: '01', functionId: 'f', stepId: EVIL, attempt: 0, idempotencyKey: EVIL };

    runInStep(step, () => {
      const err = new Error('x\n    at nowhere (evil.js:1:1)');
      sdkLogger(logger).error({ err, fnId: EVIL }, 'Inngest function error');
    });
    for (const spy of spies) spy.mockRestore();

    const lines = written.join('').trimEnd().split('\n');
    expect(lines[0]).toContain(`step=${ESCAPED} attempt=0 key=${ESCAPED}`);
    expect(lines.filter((line) => line.startsWith('    at nowhere'))).toEqual([]);
    expect(lines.slice(2).every((line) => line.startsWith('    at '))).toBe(true);
    expect(written.join('')).not.toMatch(WRITES);
  });
});
