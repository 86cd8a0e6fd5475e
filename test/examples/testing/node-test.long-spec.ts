import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

it('runs under node:test', async () => {
  const args = [
    '--import',
    '@swc-node/register/esm-register',
    '--test',
    'test/examples/testing/orders.node-test.ts',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [said, complained, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);

  expect({ code, complained }).toEqual({ code: 0, complained: '' });
  expect(said).toContain('pass 1');
});
