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
  private readonly bundles = new Map<string, { map: SourceMap; text: string; lines: number[] }>();

  original({ functionName, url, lineNumber, columnNumber }: CallFrame): Frame {
    if (!url.includes('/dist/bundle/')) return { functionName, url };
    const { map, text, lines } = this.bundleOf(url);
    const entry = map.findEntry(lineNumber, columnNumber);
    // Frames of packages have no source.
    const source = 'originalSource' in entry ? (entry.originalSource as string | undefined) : undefined;
    return { functionName, url: source ?? packageAt(text, (lines[lineNumber] ?? 0) + columnNumber) };
  }

  private bundleOf(url: string): { map: SourceMap; text: string; lines: number[] } {
    const known = this.bundles.get(url);
    if (known) return known;
    const read = (file: string): string => readFileSync(fileURLToPath(file), 'utf8');
    const map = new SourceMap(JSON.parse(read(`${url}.map`)) as SourceMapPayload);
    const text = read(url);
    const lines = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    const bundle = { map, text, lines };
    this.bundles.set(url, bundle);
    return bundle;
  }
}

/**
 * The file of a package whose name was written last before this place of the bundle. It is the one to which the place
 * belongs if that is a CommonJS module, such as undici and Express.
 */
function packageAt(bundle: string, place: number): string {
  const start = bundle.lastIndexOf('"node_modules/', place);
  return start < 0 ? 'node_modules/' : bundle.slice(start + 1, bundle.indexOf('"', start + 1));
}

function isSqlite({ url, functionName }: Frame): boolean {
  return url.includes('node_modules/libsql/') || (url === '' && NATIVE.has(functionName));
}
