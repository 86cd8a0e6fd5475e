// Reads the relative imports of a source tree, and finds folders that import each other.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

const SOURCE = /\.(ts|js)$/;
const SPEC = /\.(long-)?spec\.ts$|\/testing\//;
const IMPORT =
  /\b(?:import|export)\s(?:[^'"]*?\sfrom\s*)?['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]/g;

/**
 * @typedef {object} Import
 * @property {string} file the importing file, relative to the root, with `/`
 * @property {string} target the imported file, relative to the root; begins with `..` if it is outside
 * @property {string} specifier the text in the import
 * @property {boolean} isSpec whether the importing file is a spec, or is in a folder `testing` beside specs
 */

/** Every relative import and re-export below a folder, including type imports. @returns {Import[]} */
export function importsIn(root) {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => SOURCE.test(name))
    .flatMap((name) => {
      const file = name.split(sep).join('/');
      const text = readFileSync(join(root, name), 'utf8');
      return [...text.matchAll(IMPORT)].map((match) => {
        const specifier = match[1] ?? match[2] ?? '';
        const target = posix.normalize(posix.join(posix.dirname(file), specifier));
        return { file, target, specifier, isSpec: SPEC.test(file) };
      });
    });
}

/** The folder of a file; '.' for the root. */
export function folderOf(path) {
  return posix.dirname(path);
}

/**
 * The circles in which folders import each other, each as a list with one import per step. It contains every pair of
 * folders that
 * import each other. For a group of folders without such a pair, it contains the shortest circle.
 *
 * @param {Import[]} imports @returns {Import[][]}
 */
export function circles(imports) {
  const graph = graphOf(imports);
  const found = [];
  for (const group of groups(graph)) {
    const pairs = group.flatMap((from) =>
      group.flatMap((to) => {
        const [there, back] = [graph.get(from)?.get(to), graph.get(to)?.get(from)];
        return from < to && there && back ? [[there, back]] : [];
      }),
    );
    if (pairs.length > 0) found.push(...pairs);
    else found.push(group.map((from) => wayBack(graph, from)).toSorted((a, b) => a.length - b.length)[0]);
  }
  return found;
}

/** For each folder, one import of every folder that it imports. @returns {Map<string, Map<string, Import>>} */
function graphOf(imports) {
  const graph = new Map();
  for (const one of imports) {
    const [from, to] = [folderOf(one.file), folderOf(one.target)];
    if (from === to || to.startsWith('..')) continue;
    const targets = graph.get(from) ?? new Map();
    graph.set(from, targets);
    if (!targets.has(to)) targets.set(to, one);
  }
  return graph;
}

/** The groups of at least two folders in which every folder imports every other one, directly or indirectly. */
function groups(graph) {
  const reached = new Map([...graph.keys()].map((folder) => [folder, reachedFrom(graph, folder)]));
  const done = new Set();
  return [...graph.keys()].flatMap((folder) => {
    if (done.has(folder)) return [];
    const group = [...graph.keys()].filter(
      (other) => reached.get(folder).has(other) && reached.get(other).has(folder),
    );
    for (const member of group) done.add(member);
    return group.length > 1 ? [group.toSorted(byName)] : [];
  });
}

function reachedFrom(graph, folder) {
  const reached = new Set();
  const next = [folder];
  while (next.length > 0) {
    for (const target of graph.get(next.pop())?.keys() ?? []) {
      if (!reached.has(target)) next.push(target);
      reached.add(target);
    }
  }
  return reached;
}

/** The imports of a shortest path from a folder back to itself. */
function wayBack(graph, folder) {
  const seen = new Set();
  let ways = [[folder, []]];
  while (ways.length > 0) {
    const longer = [];
    for (const [at, way] of ways) {
      for (const [target, one] of graph.get(at) ?? []) {
        if (target === folder) return [...way, one];
        if (!seen.has(target)) longer.push([target, [...way, one]]);
        seen.add(target);
      }
    }
    ways = longer;
  }
  throw new Error(`no path leads from ${folder} back to itself`);
}

function byName(a, b) {
  return a < b ? -1 : 1;
}
