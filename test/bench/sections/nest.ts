import { Agent, request } from 'undici';
import type { BenchContext } from '../context.js';
import { BenchProcess } from '../processes/bench-process.js';
import type { Results } from '../report.js';
import { median, pairedRatio } from '../statistics.js';
import { eventName } from '../workload.js';

const MAX_SHARE_PERCENT = 10;
/** The bench calls the apps itself. No server takes part. */
const NO_SERVER = 'http://127.0.0.1:9';
const ROUNDS = 5;

interface App {
  name: string;
  process: BenchProcess;
  url: string;
}

/**
 * Measures what Nest adds to one call of the app: compares the same function on the SDK's Express adapter and behind the Nest
 * module.
 */
export async function nest({ say, isQuick }: BenchContext): Promise<Results> {
  const targets = JSON.stringify([{ name: 'bare', url: NO_SERVER }]);
  const bare = await BenchProcess.script('app.ts', [targets]);
  const nested = await BenchProcess.script('nest-app.ts', [NO_SERVER]);
  const apps = [
    { name: 'bare adapter', process: bare, url: callUrl(`${bare.url}/api/bare`, 'bench-bare') },
    { name: 'Nest', process: nested, url: callUrl(`${nested.url}/api/inngest`, 'bench-nest') },
  ] as const;
  try {
    return await compare(apps, isQuick ? 200 : 1_000, say);
  } finally {
    for (const { process } of apps) await process.stop();
  }
}

async function compare(
  apps: readonly [App, App],
  calls: number,
  say: (text: string) => void,
): Promise<Results> {
  const times: [number[], number[]] = [[], []];
  const costs: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    say(`calls of the app, round ${round} of ${ROUNDS}`);
    const cpu = await Promise.all(apps.map(async ({ process }) => (await process.usage()).cpuMs));
    for (let pair = 0; pair < calls; pair++) {
      // Each app goes first in half of the pairs.
      for (const index of pair % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const time = await timeCall(apps[index]);
        // The first round is a warm-up.
        if (round > 0) times[index].push(time);
      }
    }
    for (const index of [0, 1] as const) {
      const used = (await apps[index].process.usage()).cpuMs - (cpu[index] as number);
      if (round > 0) costs[index].push(used / calls);
    }
  }
  const share = (pairedRatio(times[1], times[0]) - 1) * 100;
  const costShare = (pairedRatio(costs[1], costs[0]) - 1) * 100;
  return {
    figures: ([0, 1] as const).flatMap((index) => {
      const subject = apps[index].name;
      return [
        { name: 'one call, p50', subject, value: median(times[index]), unit: 'ms' },
        { name: "the app's CPU a call", subject, value: median(costs[index]), unit: 'ms' },
        ...(index === 0
          ? []
          : [
              { name: 'more than bare, time', subject, value: share, unit: '%' },
              { name: 'more than bare, CPU', subject, value: costShare, unit: '%' },
            ]),
      ];
    }),
    goals: [{ name: "Nest's share of a call", value: share, unit: '%', atMost: MAX_SHARE_PERCENT }],
  };
}

const AGENT = new Agent();

/** Times the first call of a run, in which the app executes the function's first step and answers. */
async function timeCall({ name, url }: App): Promise<number> {
  const begun = performance.now();
  const response = await request(url, { method: 'POST', headers: HEADERS, body: BODY, dispatcher: AGENT });
  const text = await response.body.text();
  if (response.statusCode !== 206) throw new Error(`${name} answered ${response.statusCode}: ${text}`);
  return performance.now() - begun;
}

function callUrl(endpoint: string, app: string): string {
  return `${endpoint}?fnId=${app}-five-steps-off&stepId=step`;
}

const RUN = '01M84ANNWVWBP7SPVG9HWX15JS';
const HEADERS = { 'content-type': 'application/json', 'x-run-id': RUN, 'x-inngest-server-kind': 'dev' };
const EVENT = {
  id: '01M84ANNVE1NGMP237EZH9TRZ7',
  name: eventName('off'),
  data: { n: 1 },
  ts: 1_795_441_743_726,
};
const BODY = JSON.stringify({
  ctx: {
    attempt: 0,
    disable_immediate_execution: false,
    env: '',
    fn_id: 'c621a565-3aa9-5d08-927f-8fb060c9413d',
    run_id: RUN,
    stack: { current: 0, stack: [] },
    step_id: 'step',
    use_api: false,
  },
  event: EVENT,
  events: [EVENT],
  steps: {},
  use_api: false,
  version: 2,
});
