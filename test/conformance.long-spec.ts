import { play } from './conformance/play/play.js';
import type { Scenario } from './conformance/scenario.js';
import { scenarios } from './conformance/scenarios/index.js';
import { EmbeddedTarget } from './conformance/setup/embedded-target.js';
import { Setup } from './conformance/setup/setup.js';
import type { Keys } from './conformance/setup/target.js';

const KEYS: Keys = { signingKey: 'a1'.repeat(32), eventKey: 'evkey0123456789' };

describe.each([
  ['', {}, scenarios.filter(({ withKeys }) => !withKeys)],
  [', with keys', KEYS, scenarios.filter(({ withKeys }) => withKeys)],
] satisfies [string, Keys, Scenario[]][])(
  'the embedded server behaves as the real one%s',
  (_, keys, rows) => {
    let setup: Setup;

    beforeAll(async () => {
      setup = await Setup.set(await EmbeddedTarget.start(keys), rows);
    });

    afterAll(async () => {
      await setup.close();
    });

    it.each(rows.map((scenario) => [scenario.id, scenario.title, scenario] as const))(
      '%s: %s',
      async (_id, _title, scenario) => {
        expect(await play(scenario, setup)).toEqual([]);
      },
    );
  },
);
