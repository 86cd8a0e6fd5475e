import { scenarios } from './conformance/scenarios/index.js';
import { play } from './conformance/play/play.js';
import { EmbeddedTarget } from './conformance/stage/embedded-target.js';
import { Stage } from './conformance/stage/stage.js';

describe('the embedded server behaves as the real one', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set(await EmbeddedTarget.start(), scenarios);
  });

  afterAll(async () => {
    await stage.close();
  });

  it.each(scenarios.map((scenario) => [scenario.id, scenario.title, scenario] as const))(
    '%s: %s',
    async (_id, _title, scenario) => {
      expect(await play(scenario, stage)).toEqual([]);
    },
  );
});
