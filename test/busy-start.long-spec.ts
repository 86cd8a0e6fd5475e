import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { openDriver } from '../src/embedded/store/driver/open-driver.js';
import { openDataFile, openDataFileWhenFree } from '../src/embedded/store/data-file.js';
import { FaultyDriver } from '../src/embedded/store/driver/testing/faulty-driver.js';
import { holdLock } from './support/file-lock.js';

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

describe('A server that starts after a kill, while another process has locked the data file', () => {
  const KEEP = "INSERT INTO meta (key, value) VALUES ('kept', 'yes')";
  const KEPT = "SELECT value FROM meta WHERE key = 'kept'";
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busy-start-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** Makes a file with its log, as a killed process leaves them. */
  const killedFile = (): string => {
    const [file, left] = [join(folder, 'inngest.db'), join(folder, 'left.db')];
    const running = openDataFile(file, { now: 0 });
    running.db.run(KEEP);
    for (const part of ['', '-wal']) cpSync(file + part, left + part);
    running.close();
    return left;
  };

  it('opens the file when that process has moved the log into it and removed the log', async () => {
    const file = killedFile();
    const lock = await holdLock(file, 300);

    const opening = openDataFileWhenFree(file, { now: 0 });
    await lock.released;
    const data = await opening;

    expect(data.db.get(KEPT)).toEqual({ value: 'yes' });
    data.close();
  });

  it('keeps its own lock: a process that reads the file later does not remove the log', async () => {
    const file = killedFile();
    const data = await openDataFileWhenFree(file, { now: 0 });
    data.db.run("UPDATE meta SET value = 'later' WHERE key = 'kept'");

    await (
      await holdLock(file, 0)
    ).released;

    expect(existsSync(`${file}-wal`)).toBe(true);
    data.close();
  });
});
