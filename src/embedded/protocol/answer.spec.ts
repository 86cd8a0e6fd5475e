import { parseAnswer } from './answer.js';

const SDK = { 'x-inngest-sdk': 'inngest-js:v4.24.0' };

describe('The answer of an app', () => {
  it.each([502, 401, 404])(
    'with status %s that does not come from an SDK fails, with its body in the stack',
    (status) => {
      const body = '<h1>Bad Gateway</h1>';
      expect(parseAnswer({ status, headers: { 'content-type': 'text/html' }, body })).toMatchObject({
        kind: 'failed',
        noRetry: false,
        error: {
          name: 'Server returned a fatal error',
          message: `Your server returned HTTP ${status} before the SDK responded.`,
          stack: expect.stringContaining(`Upstream response (text/html):\n${body}`),
        },
      });
    },
  );

  it('with status 200 that does not come from an SDK fails the call', () => {
    expect(parseAnswer({ status: 200, headers: {}, body: 'It works!' })).toMatchObject({
      kind: 'failed',
      noRetry: false,
      error: {
        name: 'not_sdk',
        message: 'The response did not come from an Inngest SDK',
        stack: expect.stringContaining('It works!'),
      },
    });
  });

  it.each(['It works!', '', '5'])(
    'with status 206 and a body that has no steps fails the run: %j',
    (body) => {
      expect(parseAnswer({ status: 206, headers: SDK, body })).toMatchObject({
        kind: 'failed',
        noRetry: true,
        error: { message: 'error reading generator opcode response: expected JSON object or array' },
      });
    },
  );

  it('may be one step without a list around it, as the first SDKs send it', () => {
    const step = { op: 'StepRun', id: 'a', data: 1 };
    expect(parseAnswer({ status: 206, headers: SDK, body: JSON.stringify(step) })).toMatchObject({
      kind: 'ops',
      ops: [step],
    });
  });
});
