#!/usr/bin/env node
// The architecture of src as a table, and the check that the imports follow it. See docs/architecture.md.
//
//   node scripts/check-boundaries.mjs            fails if an import breaks a rule, and names every such import
//   node scripts/check-boundaries.mjs --print    prints the table
//   node scripts/check-boundaries.mjs <folder>   checks another src folder (the tests use it)
//   node scripts/check-boundaries.mjs --all      also checks the folders in NOT_YET_IN_ORDER
//
// Rules:
//   1. A folder of src imports only the folders that its row in FOLDERS names. So src/embedded and the rest of src
// never
//      import each other. Both import src/clock, src/common and src/guards. ENTRY_POINTS and src/testing start both.
//   2. No folder imports a file that lies directly in src, and only specs import files outside of src.
//   3. No two folders import each other, at any depth, and there is no longer circle of folders. The files directly in
// a
//      folder count as that folder, and each subfolder as another folder. Imports of types count too.
//   4. A folder of src/embedded imports only folders that stand after it in EMBEDDED_ORDER.
// Specs and the `testing` folders beside them must follow only rules 1 and 2: a spec may use any folder of its half.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { circles, folderOf, importsIn } from './imports.mjs';

/** Every folder may import these two. */
const COMMON_GROUND = ['common', 'clock'];

/**
 * The folders of src, from the top down. `imports` names the folders that it may import in addition to COMMON_GROUND.
 */
const FOLDERS = [
  {
    name: 'command',
    is: 'the command that starts the embedded server alone',
    imports: ['embedded'],
  },
  {
    name: 'validation',
    is: 'npm run validate: evidence that an Inngest keeps its promises',
    imports: ['demo-task', 'runs', 'inngest'],
  },
  {
    name: 'graphql',
    is: 'the endpoints of demo tasks in GraphQL; loaded only when it is on',
    imports: ['demo-task', 'runs', 'guards'],
  },
  {
    name: 'demo-task',
    is: 'the demo task: its event, its function, its REST endpoints',
    imports: ['runs', 'rest', 'inngest', 'config'],
  },
  {
    name: 'testing',
    is: 'the test server for functions of any app, and its Nest face',
    imports: ['embedded', 'inngest'],
  },
  {
    name: 'metrics',
    is: 'what the worker and the server embedded in it do, for Prometheus',
    imports: ['inngest', 'guards'],
  },
  { name: 'tracing', is: 'traces of requests, runs and steps, across workers', imports: [] },
  { name: 'health', is: 'liveness and readiness', imports: ['runs', 'inngest'] },
  { name: 'runs', is: 'asks Inngest about runs: status, progress', imports: ['inngest'] },
  {
    name: 'inngest',
    is: 'the Nest library for Inngest; can be copied into another app with clock and common',
    imports: [],
  },
  {
    name: 'rest',
    is: 'what REST endpoints share: validation, limits, the form of errors',
    imports: ['guards'],
  },
  { name: 'config', is: 'environment variables as typed settings', imports: [] },
  {
    name: 'embedded',
    is: 'the Inngest-compatible server; the rest talks to it over HTTP',
    imports: ['guards'],
  },
  {
    name: 'guards',
    is: 'who may send a request at all: hosts, pages, tokens, content types, upgrades',
    imports: [],
  },
  { name: 'common', is: 'small things that both halves need', imports: [] },
  { name: 'clock', is: 'time, real or virtual', imports: [] },
];

/** The files directly in src that may import src/embedded. The other files there may import every other folder. */
const ENTRY_POINTS = ['service.ts', 'start.error.ts', 'reset.ts', 'embedded-environments.ts'];

/**
 * The folders of src/embedded in the order of the data: requests come in, events are stored, runs start, calls are
 * queued, the app is called, its answers are applied. The files directly in src/embedded assemble them.
 */
const EMBEDDED_ROOMS = [
  ['dashboard', 'serves the page, which talks to the API and has its types'],
  ['mcp', 'tools for agents: what the API does, by the Model Context Protocol'],
  ['api', 'the HTTP face: endpoints of the event API, registration, checkpoints, v1 and v2'],
  ['realtime', 'channels that apps publish to and pages subscribe to'],
  ['gateway', 'workers connect, introduce themselves and speak'],
  ['registration', 'apps register their functions and schedules, and are asked to'],
  ['intake', 'events are stored; what the outbox holds is delivered'],
  ['starts', 'decides whether an event starts a run: idempotency, rate limit, debounce, batch, singleton'],
  ['calls', 'the dispatcher takes calls from the queue, calls the app and has its answer applied'],
  ['connections', 'the connected workers: which one gets a call, and whether it still works on it'],
  ['answers', 'applies an answer, or a checkpoint, to its run'],
  ['ops', 'what each op of an answer does: a step that ran, a sleep, a wait, an invocation'],
  ['runs', 'how a run goes on and ends; what is removed when it is old'],
  ['queue', 'the calls to make, and the tree of limits that decides which is next'],
  ['outbox', 'events that are stored and not delivered yet, also those of the server itself'],
  ['jobs', 'work on many rows that is done piece by piece, and survives a restart'],
  ['timers', 'what happens at a time and is no call'],
  ['faults', 'a store that is unavailable, items that keep failing'],
  ['functions', 'what is registered: functions with their triggers and schedules'],
  ['flow-control', 'the rules, as pure functions'],
  ['expressions', 'CEL'],
  ['notices', 'what is told after a commit: to the dispatcher, and to those who watch'],
  ['access', 'who may call: keys, signatures, local hosts'],
  ['settings', 'the options of the server'],
  ['store', 'rows and SQL'],
  ['protocol', "Inngest's own types and JSON"],
];
const EMBEDDED_ORDER = EMBEDDED_ROOMS.map(([name]) => name);

/** Rules 3 and 4 skip imports inside these folders of src, until their files are in order. */
const NOT_YET_IN_ORDER = [];

/** The folder directly in src that contains a path; '' for a file directly in src, undefined outside of src. */
function topFolder(path) {
  if (path.startsWith('..')) return undefined;
  const [first, ...rest] = path.split('/');
  return rest.length > 0 ? first : '';
}

/** Why rule 1 or 2 forbids an import; undefined if they allow it. */
function forbidden({ file, target, isSpec }) {
  const [from, to] = [topFolder(file), topFolder(target)];
  if (to === from) return undefined;
  if (to === undefined) return isSpec ? undefined : 'only specs import files outside of src';
  if (from === '') {
    if (to !== 'embedded' || ENTRY_POINTS.includes(file) || isSpec) return undefined;
    return `of the files directly in src only ${ENTRY_POINTS.join(', ')} import src/embedded`;
  }
  if (to === '') return 'no folder imports a file that lies directly in src';
  const row = FOLDERS.find(({ name }) => name === from);
  if (!row) return `src/${from} has no row in FOLDERS in scripts/check-boundaries.mjs`;
  const allowed = mayImport(row);
  return allowed.includes(to) ? undefined : `src/${from} imports ${listed(allowed)}`;
}

function mayImport({ name, imports }) {
  if (name === 'clock') return [];
  if (name === 'common') return ['clock'];
  return [...imports, ...COMMON_GROUND];
}

function listed(folders) {
  return folders.length > 0
    ? `only ${folders.map((name) => `src/${name}`).join(', ')}`
    : 'no other folder of src';
}

/** The folder directly in src/embedded that contains a path, if any. */
function embeddedFolder(path) {
  return /^embedded\/([^/]+)\//.exec(path)?.[1];
}

/** Why rule 4 forbids an import; undefined if it allows it. */
function outOfOrder({ file, target }) {
  const [from, to] = [file, target].map(embeddedFolder);
  if (from === to || ![from, to].every((folder) => EMBEDDED_ORDER.includes(folder))) return undefined;
  const isAfter = EMBEDDED_ORDER.indexOf(to) > EMBEDDED_ORDER.indexOf(from);
  return isAfter ? undefined : `src/embedded/${to} stands before src/embedded/${from} in EMBEDDED_ORDER`;
}

/** A message for each folder of src/embedded that is not in EMBEDDED_ORDER. */
function withoutPlace(imports) {
  const folders = new Set(imports.map(({ file }) => embeddedFolder(file)));
  return [...folders]
    .filter((folder) => folder !== undefined && !EMBEDDED_ORDER.includes(folder))
    .map((folder) => `src/embedded/${folder} has no place in EMBEDDED_ORDER in scripts/check-boundaries.mjs`);
}

/** Every rule that is broken, a sentence each. @param skipped folders inside which rules 3 and 4 are not checked */
function mistakesIn(imports, skipped) {
  const ordered = imports.filter(
    ({ file, isSpec }) => !isSpec && !skipped.some((folder) => file.startsWith(`${folder}/`)),
  );
  return [
    ...refused(imports, forbidden),
    ...withoutPlace(ordered),
    ...refused(ordered, outOfOrder),
    ...circles(ordered).map((circle) => {
      const names = circle.map(({ file }) => `src/${folderOf(file)}`).join(', ');
      const steps = circle.map(({ file, specifier }) => `  src/${file} imports ${specifier}`);
      return [`${names} import each other${circle.length > 2 ? ' in a circle' : ''}:`, ...steps].join('\n');
    }),
  ];
}

function refused(imports, rule) {
  return imports.flatMap((one) => {
    const why = rule(one);
    return why ? [`src/${one.file} imports ${one.specifier}: ${why}`] : [];
  });
}

function table() {
  const width = Math.max(
    ...[...FOLDERS, ...EMBEDDED_ORDER.map((name) => ({ name }))].map(({ name }) => name.length),
  );
  return [
    'src: a folder imports only what its row names',
    ...FOLDERS.map(
      (row) =>
        `  ${row.name.padEnd(width)}  ${row.is}\n${' '.repeat(width + 4)}imports ${mayImport(row).join(', ') || 'nothing'}`,
    ),
    `  files directly in src import every folder; src/embedded only ${ENTRY_POINTS.join(', ')}`,
    '',
    'src/embedded: a folder imports only the ones after it',
    ...EMBEDDED_ROOMS.map(([name, is]) => `  ${name.padEnd(width)}  ${is}`),
    '',
    'No two folders import each other.',
    ...NOT_YET_IN_ORDER.map((folder) => `Not checked yet inside src/${folder}: the order, and circles.`),
  ].join('\n');
}

const { values, positionals } = parseArgs({
  options: { print: { type: 'boolean', default: false }, all: { type: 'boolean', default: false } },
  allowPositionals: true,
});
if (values.print) {
  console.log(table());
} else {
  const imports = importsIn(positionals[0] ?? resolve(import.meta.dirname, '..', 'src'));
  const mistakes = mistakesIn(imports, values.all ? [] : NOT_YET_IN_ORDER);
  console.log(mistakes.length > 0 ? mistakes.join('\n') : 'Boundaries hold.');
  process.exitCode = mistakes.length > 0 ? 1 : 0;
}
