import { readFile } from 'node:fs/promises';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { getInngestRegistrationToken, type InngestRegistration } from '../../src/inngest/index.js';
import { call } from '../../src/inngest/testing/call.js';
import { FakeInngest } from '../../src/inngest/testing/fake-inngest.js';

describe('docs/nest-module.md', () => {
  let inngest: FakeInngest;

  beforeEach(async () => {
    inngest = await FakeInngest.start();
    process.env['SHOP_INNGEST_URL'] = inngest.url;
  });
  afterEach(async () => {
    delete process.env['SHOP_INNGEST_URL'];
    await inngest.stop();
  });

  it('shows the module beside this test', async () => {
    const page = await readFile('docs/nest-module.md', 'utf8');
    const code = await readFile('test/nest-module/shop.module.ts', 'utf8');
    // In the docs, the code imports the installed package.
    const there = code.replaceAll("'../../src/inngest/index.js'", "'task-queue-worker'");
    expect(page).toContain(`\`\`\`ts\n// src/shop.module.ts\n${there}\`\`\`\n`);
  });

  it('shows a module that registers and serves both apps, on Express and Fastify', async () => {
    const { ShopModule } = await import('./shop.module.js');
    for (const adapter of [new ExpressAdapter(), new FastifyAdapter()]) {
      inngest.seen.length = 0;
      const moduleRef = await Test.createTestingModule({ imports: [ShopModule] }).compile();
      const app = moduleRef.createNestApplication(adapter, { logger: false });
      await app.listen(0, '127.0.0.1');
      const url = await app.getUrl();
      while (inngest.requests('/fn/register').length < 2) await inngest.next('/fn/register');

      expect(
        (await call(url, { fnId: 'shop-order', event: { name: 'order/placed', data: {} } })).status,
      ).toBe(206);
      expect((await fetch(`${url}/api/billing`)).status).toBe(200);
      expect((await fetch(`${url}/orders`, { method: 'POST' })).status).toBe(201);
      expect(inngest.requests('/e/')).toHaveLength(1);
      const registration = app.get<InngestRegistration>(getInngestRegistrationToken());
      if (registration.state !== 'registered')
        await new Promise<void>((resolve) => registration.onChange(() => resolve()));
      expect((await fetch(`${url}/ready`)).status).toBe(200);
      await app.close();
    }
  });
});
