import { readdirSync, readFileSync, statSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchContext } from '../context.js';
import { EMBEDDED, Field } from '../field.js';
import { startCommand } from '../programs.js';
import type { Results } from '../report.js';
import { TemporaryFolder } from '../temporary-folder.js';
import { MODES, type Mode } from '../workload.js';

/** The kinds of work of the processor, by the code that it executes. The first one that fits counts. */
const PARTS: readonly { name: string; has: (frame: Frame) => boolean }[] = [
  { name: 'SQLite: begin, commit', has: (frame) => isSqlite(frame) && frame.functionName === 'exec' },
  { name: 'SQLite: statements', has: isSqlite },
  { name: 'Nest, Express', has: ({ url }) => /node_modules\/(?!undici\/)/.test(url) },
  { name: 'engine', has: ({ url }) => /\/(src|dist)\//.test(url) },
  { name: 'garbage collection', has: ({ functionName }) => functionName === '(garbage collector)' },
  // The rest: HTTP and streams of Node, undici, and their system calls.
  { name: 'HTTP and Node', has: () => true },
];
export const PART_NAMES = PARTS.map(({ name }) => name);
const NATIVE = new Set(['run', 'get', 'all', 'iterate', 'exec']);

interface Frame {
  functionName: string;
  url: string;
}

/** As in the profile, with the position of the function in its file, counted from 0. */
interface CallFrame extends Frame {
  lineNumber: number;
  columnNumber: number;
}

/** The output of `node --cpu-prof`. Times are in microseconds of the monotonic clock. */
interface Profile {
  nodes: { id: number; callFrame: CallFrame }[];
  startTime: number;
  samples: number[];
  timeDeltas: number[];
}

/** Measures what the server spends its processor time on for a run of five steps. */
export async function profile({ say, isQuick }: BenchContext): Promise<Results> {
  const results: Results = { figures: [], goals: [] };
  for (const mode of MODES) {
    say(`profile, checkpointing ${mode}`);
    const { parts, cpuMs } = await profileRuns(mode, isQuick ? 300 : 2_000);
    for (const [index, share] of parts.entries()) {
      const name = PART_NAMES[index] as string;
      const subject = `${EMBEDDED}, checkpointing ${mode}`;
      results.figures.push({ name, subject, value: share * cpuMs, unit: 'ms a run' });
    }
  }
  return results;
}

/** @returns the share of each part, and the processor time per run in milliseconds */
async function profileRuns(mode: Mode, count: number): Promise<{ parts: number[]; cpuMs: number }> {
  const folder = new TemporaryFolder();
  try {
    const node = ['--cpu-prof', `--cpu-prof-dir=${join(folder.path, 'profiles')}`];
    const field = await Field.around({ server: await startCommand(folder.path, node) });
    const server = field.floor;
    await server.runMany(mode, count / 2);
    await server.rest();
    const from = now();
    const before = (await server.cpuMs()) as number;
    await server.runMany(mode, count);
    await server.rest();
    const cpuMs = (((await server.cpuMs()) as number) - before) / count;
    const to = now();
    await field.stop();
    return { parts: sharesOf(largestProfile(join(folder.path, 'profiles')), from, to), cpuMs };
  } finally {
    folder.remove();
  }
}

/** The monotonic clock in microseconds. All processes of the machine share it. */
function now(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** Node writes one profile per thread. The main thread's is the largest. */
function largestProfile(folder: string): Profile {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const [largest] = files.toSorted((a, b) => statSync(b).size - statSync(a).size);
  return JSON.parse(readFileSync(largest as string, 'utf8')) as Profile;
}

function sharesOf({ nodes, startTime, samples, timeDeltas }: Profile, from: number, to: number): number[] {
  const sources = new BundledSources();
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, sources.original(callFrame)]));
  const sums = PARTS.map(() => 0);
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    at += delta;
    const frame = frames.get(id) as Frame;
    if (at < from || at > to || frame.functionName === '(idle)') continue;
    const part = PARTS.findIndex(({ has }) => has(frame));
    sums[part] = (sums[part] as number) + delta;
  }
  const all = sums.reduce((sum, one) => sum + one, 0);
  return sums.map((sum) => sum / all);
}

/** Finds the files that were joined to the program's bundle. */
class BundledSources {
  private readonly maps = new Map<string, SourceMap>();

  original({ functionName, url, lineNumber, columnNumber }: CallFrame): Frame {
    if (!url.includes('/dist/bundle/')) return { functionName, url };
    const entry = this.mapOf(url).findEntry(lineNumber, columnNumber);
    return { functionName, url: 'originalSource' in entry ? entry.originalSource : url };
  }

  private mapOf(url: string): SourceMap {
    const known = this.maps.get(url);
    if (known) return known;
    const map = new SourceMap(
      JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')) as SourceMapPayload,
    );
    this.maps.set(url, map);
    return map;
  }
}

function isSqlite({ url, functionName }: Frame): boolean {
  return url.includes('node_modules/libsql/') || (url === '' && NATIVE.has(functionName));
}
