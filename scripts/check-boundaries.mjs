#!/usr/bin/env node
// Holds the imports of src against the two rules of the house (see "Architecture" in the README):
//   1. src/embedded and the rest of src never import each other, but for the files directly in src that are named below.
//      Both may import src/clock and src/common.
//   2. src/inngest can be lifted into another app: it imports nothing of src but src/clock and src/common.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** The files directly in src that start the embedded server, or have to do with its data or its errors. */
const KNOW_EMBEDDED = new Set(['service.ts', 'start.error.ts', 'reset.ts', 'embedded-stages.ts']);

const root = resolve(import.meta.dirname, '..', 'src');
const IMPORT =
  /\b(?:import|export)\s(?:[^'"]*?\sfrom\s*)?['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]/g;

/** The folder directly in src that a file lies in; '' for an entry point. */
function room(file) {
  const [first, ...rest] = relative(root, file).split(sep);
  return rest.length > 0 ? first : '';
}

function mistake(name, from, to) {
  if (from === to || to === 'clock') return undefined;
  if (from === 'clock') return 'src/clock imports nothing of src';
  if (to === 'common') return undefined;
  if (from === 'common') return 'src/common imports nothing of src but src/clock';
  if (from === '' && to === 'embedded')
    return KNOW_EMBEDDED.has(name) ? undefined : `only ${[...KNOW_EMBEDDED].join(', ')} import src/embedded`;
  if (from === '') return undefined;
  if (from === 'embedded' || to === 'embedded')
    return 'src/embedded and the rest of src never import each other';
  if (from === 'inngest') return 'src/inngest imports nothing of src but src/clock and src/common';
  return undefined;
}

const mistakes = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => {
    const file = join(root, name);
    const text = readFileSync(file, 'utf8');
    return [...text.matchAll(IMPORT)].flatMap((match) => {
      const specifier = match[1] ?? match[2] ?? '';
      const rule = mistake(name, room(file), room(resolve(dirname(file), specifier)));
      return rule ? [`src/${name} imports ${specifier}: ${rule}`] : [];
    });
  });

if (mistakes.length > 0) {
  console.error(mistakes.join('\n'));
  process.exit(1);
}
console.log('Boundaries hold.');
