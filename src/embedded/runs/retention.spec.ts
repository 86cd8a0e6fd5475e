import { setImmediate as nextTurn } from 'node:timers/promises';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Lanes } from '../queue/lanes.js';
import { AppStore } from '../store/app.store.js';
import { Database } from '../store/database.js';
import { RetentionStore } from '../store/retention.store.js';
import type { EmbeddedOptions } from '../settings/embedded-options.js';
import { BareEngine } from '../testing/bare-engine.js';
import { Retention } from './retention.js';

const HOUR = 60 * 60 * 1_000;
const functionNamed = (id: string): { id: string; triggers: object[] } => ({ id, triggers: [{ event: id }] });

describe('After the retention time', () => {
  let engine: BareEngine;
  let retention: Retention;

  beforeEach(async () => {
    engine = await BareEngine.start(functionNamed('gone'), functionNamed('here'));
    await engine.dispatch();
    retention = new Retention(
      engine.get(RetentionStore),
      engine.get(FunctionRegistry),
      engine.get(Lanes),
      { retentionMs: HOUR } as EmbeddedOptions,
      engine.clock,
    );
  });

  afterEach(async () => {
    retention.onApplicationShutdown();
    await engine.close();
  });

  const run = async (name: string): Promise<void> => {
    await engine.send({ name });
    await engine.clock.settled();
  };
  const count = (table: string): number => engine.get(Database).all(`SELECT 1 FROM ${table}`).length;
  const rows = (): number[] => ['function', 'run', 'lane', 'gate'].map(count);

  it('a function that its app no longer has goes, with its last run and its lane', async () => {
    await run('gone');
    await run('here');
    engine.get(AppStore).archiveFunction('gone', engine.clock.now());
    engine.get(FunctionRegistry).load();
    expect(rows()).toEqual([2, 2, 2, 2]);

    retention.start();
    await engine.clock.settled();
    expect(rows()).toEqual([2, 2, 2, 2]);

    await engine.clock.advance(HOUR);
    await engine.clock.advance(HOUR);
    // Removing takes a turn for each kind of row.
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(rows()).toEqual([1, 0, 1, 1]);
    await run('here');
    expect(rows()).toEqual([1, 1, 1, 1]);
  });
});
