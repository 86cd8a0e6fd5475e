import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { KINDS, type Kind } from './injection.js';
import { SCENARIOS } from './scenarios.js';
import type { Task, TaskReport } from './worker.js';

/** One process more than there are cores, because refused clients wait in real time before they retry. */
const JOBS = availableParallelism() + 1;

const USAGE = `Makes every SQL statement of small scenarios fail, one repetition for each, and checks that all runs end right,
that no completed step is executed again, and that nothing is left or taken twice. Then does the same with a server that
dies after each commit.

  npm run test:faults                                              every scenario, every kind
  npm run test:faults -- --scenario batch --kind busy --n 37       one injection

  --scenario <name>  ${SCENARIOS.map(({ name }) => name).join(', ')}
  --kind <kind>      ${KINDS.join(', ')}
  --n <n>            the statement that fails, or the commit after which the server dies, from 1
  --every <n>        only every n-th statement or commit (1)
  --jobs <n>         how many processes (${JOBS})
  --help
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string' },
      kind: { type: 'string' },
      n: { type: 'string' },
      every: { type: 'string', default: '1' },
      jobs: { type: 'string', default: String(JOBS) },
      help: { type: 'boolean', default: false },
    },
  });
  const scenarios = SCENARIOS.map(({ name }) => name).filter((name) => name === (values.scenario ?? name));
  const kinds = KINDS.filter((kind) => kind === (values.kind ?? kind));
  const n = values.n === undefined ? undefined : Number(values.n);
  const [every, jobs] = [Number(values.every), Number(values.jobs)];
  const isNumber = (value: number): boolean => Number.isInteger(value) && value >= 1;
  const isWrong =
    scenarios.length === 0 || kinds.length === 0 || ![n ?? 1, every, jobs].every((value) => isNumber(value));
  if (values.help || isWrong) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const startedAt = Date.now();
  const tasks = kinds.flatMap((kind) =>
    scenarios.map((scenario): Task => ({ scenario, kind, every, ...(n !== undefined && { n }) })),
  );
  console.log(`Fault injection: ${tasks.length} enumerations in ${jobs} processes.`);
  const reports = await performAll(tasks, Math.min(jobs, tasks.length));
  console.log(summary(kinds, reports, Date.now() - startedAt));
  return reports.every(({ findings }) => findings.length === 0) ? 0 : 1;
}

async function performAll(tasks: readonly Task[], jobs: number): Promise<TaskReport[]> {
  const reports: TaskReport[] = [];
  const left = [...tasks];
  const work = async (): Promise<void> => {
    const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [], {
      execArgv: process.execArgv,
    });
    try {
      await once(child, 'message');
      for (let task = left.shift(); task; task = left.shift()) {
        const report = await perform(child, task);
        reports.push(report);
        console.log(describe(report, `${reports.length} of ${tasks.length}`));
      }
    } finally {
      if (child.connected) child.disconnect();
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return reports;
}

async function perform(child: ChildProcess, task: Task): Promise<TaskReport> {
  const done = new AbortController();
  const { signal } = done;
  child.send(task);
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([report]) => report as TaskReport),
      once(child, 'exit', { signal }).then(() => {
        throw new Error(`The process with "${task.scenario}" and ${task.kind} ended.`);
      }),
    ]);
  } finally {
    done.abort();
  }
}

function describe({ scenario, kind, tried, durationMs, findings }: TaskReport, progress: string): string {
  const lines = findings.map(({ n, mistakes }) =>
    [
      `  ❌ npm run test:faults -- --scenario '${scenario}' --kind ${kind} --n ${n}`,
      ...mistakes.map((mistake) => `     ${mistake}`),
    ].join('\n'),
  );
  return [`  ${progress}: ${scenario}, ${kind}: ${tried} in ${seconds(durationMs)}`, ...lines].join('\n');
}

function summary(kinds: readonly Kind[], reports: readonly TaskReport[], durationMs: number): string {
  const sum = (kind: Kind): number =>
    reports.filter((report) => report.kind === kind).reduce((total, { tried }) => total + tried, 0);
  const findings = reports.reduce((total, report) => total + report.findings.length, 0);
  return [
    ...kinds.map((kind) => `  ${kind.padEnd(14)}${sum(kind)} ${kind === 'crash' ? 'commits' : 'statements'}`),
    `  ${findings} findings, in ${seconds(durationMs)}`,
  ].join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
