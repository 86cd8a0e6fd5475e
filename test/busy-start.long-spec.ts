import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { openDriver } from '../src/embedded/store/driver/open-driver.js';
import { FaultyDriver } from '../src/embedded/store/driver/testing/faulty-driver.js';

describe('A server whose data file is busy at the n-th statement of its start', () => {
  it.each([
    ['a new file', false],
    ['a file of an earlier start', true],
  ])('starts all the same, on %s', async (_, isKept) => {
    const folder = mkdtempSync(join(tmpdir(), 'busy-start-'));
    let file = join(folder, 'inngest.db');
    for (let n = 1; ; n++) {
      if (!isKept) file = join(folder, `${n}.db`);
      let first: FaultyDriver | undefined;
      const server = await EmbeddedInngest.start({
        port: 0,
        logger: false,
        dataFile: file,
        openDriver: (path) => {
          const driver = new FaultyDriver(openDriver(path));
          // Only the first driver fails: the server opens the file again after a failed attempt.
          if (!first) driver.arm(n, 'busy');
          first ??= driver;
          return driver;
        },
      });
      const isReached = first!.count >= n;
      expect((await fetch(`${server.url}/health`)).status).toBe(200);
      await server.close();
      if (!isReached) break;
    }
    rmSync(folder, { recursive: true });
  });
});
