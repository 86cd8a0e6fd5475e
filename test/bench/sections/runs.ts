import type { BenchContext } from '../context.js';
import type { Results } from '../report.js';
import { median, pairedRatio, percentile } from '../statistics.js';
import { EMBEDDED, type Field } from '../field.js';
import type { Subject } from '../subject.js';
import { MODES, type Mode } from '../workload.js';

/**
 * A pause after each run, in milliseconds: the server may still have to store the end of the run, which is not part of the next
 * measurement.
 */
const REST_MS = 4;
const MAX_CPU_MS = { on: 2.5, off: 4 };
const MAX_P50 = 1.5;
const MAX_P99 = 3;
const MIN_THROUGHPUT = 0.9;

/** Measures runs of five steps that do nothing: their latency, their rate, and the server's processor time. */
export async function runs(field: Field, { say, isQuick }: BenchContext): Promise<Results> {
  const results: Results = { figures: [], goals: [] };
  for (const mode of MODES) {
    say(`latency, checkpointing ${mode}`);
    await warmUp(field, mode, isQuick ? 50 : 300);
    await latency(field, mode, { rounds: 5, pairs: isQuick ? 40 : 200 }, results);
    say(`throughput with 500 queued, checkpointing ${mode}`);
    await throughput(field, mode, { queued: 500, rounds: isQuick ? 2 : 5 }, results);
    if (isQuick) continue;
    say(`throughput with 10,000 queued, checkpointing ${mode}`);
    await throughput(field, mode, { queued: 10_000, rounds: 1 }, results);
  }
  return results;
}

async function warmUp(field: Field, mode: Mode, count: number): Promise<void> {
  for (const subject of field.subjects) await subject.runMany(mode, count);
}

/** Measures one run at a time, with the subjects in turn. */
async function latency(
  field: Field,
  mode: Mode,
  { rounds, pairs }: { rounds: number; pairs: number },
  { figures, goals }: Results,
): Promise<void> {
  const perRound = new Map<Subject, number[][]>(field.subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round++) {
    const samples = new Map<Subject, number[]>(field.subjects.map((subject) => [subject, []]));
    for (let pair = 0; pair < pairs; pair++) {
      for (const subject of inTurn(field.subjects, pair)) {
        samples.get(subject)?.push(await subject.runOne(mode));
        await new Promise((resolve) => setTimeout(resolve, REST_MS));
      }
    }
    for (const [subject, times] of samples) perRound.get(subject)?.push(times);
  }

  const of = (subject: Subject): number[][] => perRound.get(subject) as number[][];
  const p99s = (subject: Subject): number[] => of(subject).map((times) => percentile(times, 0.99));
  for (const subject of field.subjects) {
    const all = of(subject).flat();
    for (const share of [0.5, 0.95, 0.99]) {
      figures.push({
        name: `latency p${share * 100}, checkpointing ${mode}`,
        subject: subject.name,
        value: percentile(all, share),
        unit: 'ms',
      });
    }
  }
  for (const server of field.servers) {
    const p50 = pairedRatio(of(server).flat(), of(field.floor).flat());
    const p99 = pairedRatio(p99s(server), p99s(field.floor));
    const subject = server.name;
    const names = [
      `latency p50 / floor, checkpointing ${mode}`,
      `latency p99 / floor, checkpointing ${mode}`,
    ] as const;
    figures.push(
      { name: names[0], subject, value: p50, unit: '×' },
      { name: names[1], subject, value: p99, unit: '×' },
    );
    if (subject !== EMBEDDED) continue;
    goals.push(
      { name: names[0], value: p50, unit: '×', atMost: MAX_P50 },
      { name: names[1], value: p99, unit: '×', atMost: MAX_P99 },
    );
  }
}

/**
 * Measures many runs at the same time. Half of the floor's runs come before each server's and half after, so that a slow minute
 * slows down both.
 */
async function throughput(
  field: Field,
  mode: Mode,
  { queued, rounds }: { queued: number; rounds: number },
  { figures, goals }: Results,
): Promise<void> {
  const what = `${queued.toLocaleString('en-US')} queued, checkpointing ${mode}`;
  const floorRates: number[] = [];
  const floorCosts: number[] = [];
  for (const server of field.servers) {
    const rates: number[] = [];
    const ratios: number[] = [];
    const costs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const floorCpu = (await field.floor.cpuMs()) as number;
      const before = await field.floor.runMany(mode, queued / 2);
      const cpu = await server.cpuMs();
      const rate = await server.runMany(mode, queued);
      await server.rest();
      if (cpu !== undefined) costs.push((((await server.cpuMs()) as number) - cpu) / queued);
      const after = await field.floor.runMany(mode, queued / 2);
      floorCosts.push((((await field.floor.cpuMs()) as number) - floorCpu) / queued);
      // Both halves have the same number of runs, so the mean rate is the harmonic mean.
      const floor = 2 / (1 / before + 1 / after);
      rates.push(rate);
      ratios.push(rate / floor);
      floorRates.push(floor);
    }
    const subject = server.name;
    const ratio = median(ratios);
    const cost = median(costs);
    figures.push(
      { name: `runs/s, ${what}`, subject, value: median(rates), unit: 'runs/s' },
      { name: `runs/s / floor, ${what}`, subject, value: ratio, unit: '×' },
    );
    if (costs.length > 0)
      figures.push({ name: `server CPU a run, ${what}`, subject, value: cost, unit: 'ms' });
    if (subject !== EMBEDDED) continue;
    goals.push(
      { name: `runs/s / floor, ${what}`, value: ratio, unit: '×', atLeast: MIN_THROUGHPUT },
      { name: `server CPU a run, ${what}`, value: cost, unit: 'ms', atMost: MAX_CPU_MS[mode] },
    );
  }
  const subject = field.floor.name;
  figures.push(
    { name: `runs/s, ${what}`, subject, value: median(floorRates), unit: 'runs/s' },
    { name: `server CPU a run, ${what}`, subject, value: median(floorCosts), unit: 'ms' },
  );
}

/** All subjects, beginning with another one each time. */
function inTurn<T>(all: readonly T[], turn: number): T[] {
  const begin = turn % all.length;
  return [...all.slice(begin), ...all.slice(0, begin)];
}
