import { Random } from './crash/random.js';
import { Injector, KINDS, type Kind } from './faults/injection.js';
import { SCENARIOS } from './faults/scenarios.js';

/** Selects the statements that fail. `npm run test:faults` tries all of them. */
const SEED = 10;
const INJECTIONS: Readonly<Record<Kind, number>> = {
  busy: 2,
  full: 2,
  io: 2,
  'busy-stretch': 2,
  bug: 2,
  crash: 2,
};

describe('A sample of the injected faults: all runs end right, and nothing is executed or taken twice, when', () => {
  it.each(KINDS)('%s', async (kind) => {
    const random = new Random(SEED + KINDS.indexOf(kind));
    const injector = Injector.for(kind, SCENARIOS);
    try {
      for (let count = 0; count < INJECTIONS[kind]; count++) {
        const scenario = SCENARIOS[random.between(0, SCENARIOS.length - 1)]!;
        const n = random.between(1, await injector.size(scenario));
        const { mistakes } = await injector.inject({ scenario, kind, n });
        expect({ scenario: scenario.name, kind, n, mistakes }).toEqual({
          scenario: scenario.name,
          kind,
          n,
          mistakes: [],
        });
      }
    } finally {
      await injector.close();
    }
  });
});
