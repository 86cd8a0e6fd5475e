import { createHash } from 'node:crypto';
import { closeAfterEach } from './support/close-after-each.js';
import { runOfRawApp } from './support/raw-app.js';
import { startFunctions } from './support/sdk-functions.js';

const id = createHash('sha1').update('same').digest('hex');

describe('An app that answers over and over', () => {
  const opened = closeAfterEach();

  it.each([
    { op: 'StepRun', id, displayName: 'same', data: 1 },
    { op: 'StepFailed', id, displayName: 'same', error: { name: 'Error', message: 'no' } },
    { op: 'StepPlanned', id, displayName: 'same' },
    { op: 'Sleep', id, name: '1s', displayName: 'same' },
    { op: 'StepNotFound', id, displayName: 'same' },
    { op: 'DiscoveryRequest', id },
    { op: 'DeferAdd', id, opts: { fn_slug: 'a', input: {} } },
  ])('the same $op is stopped by the step limit', async (op) => {
    const inngest = opened(await startFunctions(() => []));

    // A planned step is executed in a separate step call.
    const run = await runOfRawApp(inngest, opened, 'same', (stepId) => [
      206,
      [stepId === 'step' ? op : { ...op, op: 'StepRun' }],
    ]);

    expect(run).toMatchObject({
      status: 'FAILED',
      output: {
        name: 'InngestErrFunctionOverflowed',
        message: 'The function run exceeded the step limit of 1000 steps.',
      },
    });
  });

  it('a plan of the step that is to run now is stopped by the step limit', async () => {
    const inngest = opened(await startFunctions(() => []));
    const plan = [{ op: 'StepPlanned', id, displayName: 'same' }];

    const run = await runOfRawApp(inngest, opened, 'same', () => [206, plan]);

    expect(run).toMatchObject({ status: 'FAILED', output: { name: 'InngestErrFunctionOverflowed' } });
  });
});
