import { parseArgs } from 'node:util';
import { differencesIn } from './expectations.js';
import { overview } from './overview.js';
import { outcomeOf, type Result, type Selection } from './play/outcome.js';
import { scenarios } from './scenarios/index.js';
import { EmbeddedTarget } from './setup/embedded-target.js';
import { RemoteTarget } from './setup/remote-target.js';
import { Setup } from './setup/setup.js';
import type { Target } from './setup/target.js';

const USAGE = `Holds an Inngest server against what the real one (1.43) was seen to do.

  npm run conformance                                  the embedded server, in virtual time
  npm run conformance -- --url http://localhost:8288   any server, in real time

  --slow                  play what takes long in real time too (about 3 minutes)
  --retry-interval <s>    the server was started with this --retry-interval
  --event-key <key>       the server's event key
  --signing-key <key>     the server's signing key
  --only <text>           only scenarios whose id contains this
  --list                  play nothing: list the scenarios, with what each was recorded as on the real server

Scenarios that speak of a server with keys are played when both keys are named, those of one without when neither is.
`;

const options = {
  url: { type: 'string' },
  slow: { type: 'boolean', default: false },
  'retry-interval': { type: 'string' },
  'event-key': { type: 'string' },
  'signing-key': { type: 'string' },
  only: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** How long a play waits for a call or the end of a run, in milliseconds: longer than any scenario waits. */
const PATIENCE_MS = { quick: 30_000, slow: 240_000 };

/** With more scenarios at the same time, a small machine would be so busy that calls come late. */
const AT_ONCE = 6;

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { only } = values;
  if (only !== undefined && !scenarios.some(({ id }) => id.includes(only))) {
    throw new Error(`No scenario has an id with "${only}" in it.`);
  }
  if (values.list) {
    console.log(overview(scenarios.filter(({ id }) => id.includes(only ?? ''))).join('\n'));
    return 0;
  }
  const retryInterval = values['retry-interval'];
  if (retryInterval !== undefined && !(Number(retryInterval) > 0)) {
    throw new Error(`--retry-interval takes a number of seconds, not "${retryInterval}".`);
  }
  const keys = {
    ...(values['event-key'] !== undefined && { eventKey: values['event-key'] }),
    ...(values['signing-key'] !== undefined && { signingKey: values['signing-key'] }),
  };
  const target: Target =
    values.url === undefined
      ? await EmbeddedTarget.start({
          ...keys,
          ...(retryInterval !== undefined && { retryInterval: Number(retryInterval) }),
        })
      : await RemoteTarget.connect({
          url: values.url,
          patienceMs: values.slow ? PATIENCE_MS.slow : PATIENCE_MS.quick,
          ...(retryInterval !== undefined && { retryInterval: Number(retryInterval) }),
          ...keys,
        });
  const setup = await Setup.set(target, scenarios);
  try {
    const selection = { slow: values.slow, ...(only !== undefined && { only }) };
    const results = await playAll(setup, selection);
    report(target, results);
    return results.some(({ outcome }) => outcome.kind === 'failed') ? 1 : 0;
  } finally {
    await setup.close();
  }
}

/**
 * In real time, plays a few scenarios at the same time, because they mostly wait. In virtual time, plays one after the other,
 * because all share one clock.
 */
async function playAll(setup: Setup, selection: Selection): Promise<Result[]> {
  const results: Result[] = [];
  const left = [...scenarios.entries()];
  const playOn = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [index, scenario] = next;
      results[index] = { scenario, outcome: await outcomeOf(scenario, setup, selection) };
    }
  };
  await Promise.all(Array.from({ length: setup.target.isRealTime ? AT_ONCE : 1 }, playOn));
  return results;
}

function report(target: Target, results: readonly Result[]): void {
  const shown = results.filter(
    ({ outcome }) => outcome.kind !== 'notTested' || outcome.why !== 'not asked for',
  );
  for (const { scenario, outcome } of shown) {
    const mark = { passed: '✓', failed: '✗', notTested: '–' }[outcome.kind];
    const note = scenario.notRecorded && outcome.kind === 'failed' ? ' (never recorded: who is right?)' : '';
    console.log(`${mark} ${scenario.id}: ${scenario.title}${note}`);
    if (outcome.kind === 'failed') for (const line of outcome.wrong) console.log(`    ${line}`);
    if (outcome.kind === 'notTested') console.log(`    not tested: ${outcome.why}`);
  }
  const count = (kind: Result['outcome']['kind']): number =>
    shown.filter(({ outcome }) => outcome.kind === kind).length;
  const differences = [...new Set(shown.flatMap(({ scenario }) => differencesIn(scenario)))];
  if (target.kind === 'embedded' && differences.length > 0) {
    console.log('\nWhere the embedded server differs from the real one on purpose:');
    for (const why of differences) console.log(`  - ${why}`);
  }
  console.log(
    `\n${target.url}: ${count('passed')} as expected, ${count('failed')} not, ${count('notTested')} not tested`,
  );
}

process.exitCode = await main().catch((error: unknown) => {
  console.error((error as Error).message);
  return 2;
});
