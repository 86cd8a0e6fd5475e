import { readFile } from 'node:fs/promises';
import { Module } from '@nestjs/common';
import { ClockModule } from '../../src/clock/index.js';
import { getInngestRegistrationToken, type InngestRegistration } from '../../src/inngest/index.js';
import { InngestHarness } from '../../src/testing/nest.js';
import { returned } from '../support/sdk-functions.js';
import { FulfilmentModule, Receipts } from './fulfilment.module.js';

describe('docs/nest-module.md', () => {
  it('shows the functions beside this test', async () => {
    const page = await readFile('docs/nest-module.md', 'utf8');
    const code = await readFile('test/nest-module/fulfilment.module.ts', 'utf8');
    // In the docs, the code imports the installed package.
    const there = code.replaceAll("'../../src/inngest/index.js'", "'task-queue-worker'");
    expect(page).toContain(`\`\`\`ts\n// src/fulfilment.module.ts\n${there}\`\`\`\n`);
  });

  it('shows a function that uses middleware, invokes one of another app and defers another', async () => {
    @Module({})
    class App {}
    const inngest = await InngestHarness.start({
      module: (url, clock) => ({
        module: App,
        imports: [ClockModule.forRoot(clock), FulfilmentModule.forRoot(url)],
      }),
    });
    try {
      const { nest } = inngest.app;
      for (const name of [undefined, 'warehouse']) {
        const registration = nest.get<InngestRegistration>(getInngestRegistrationToken(name), {
          strict: false,
        });
        if (registration.state !== 'registered')
          await new Promise<void>((resolve) => registration.onChange(() => resolve()));
      }
      const [event] = await inngest.send({ name: 'order/paid', data: { order: '7' } });
      expect(returned(await inngest.ended(event))).toBe('2 kg');
      await inngest.allEnded();

      expect(nest.get(Receipts, { strict: false }).sent).toEqual(['Acme, shop-fulfil']);
    } finally {
      await inngest.close();
    }
  });
});
