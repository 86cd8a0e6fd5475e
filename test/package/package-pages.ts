import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const LINK = /\]\(([^)\s]+)\)/g;
const HEADING = /^#+ (.+)$/gm;
/** A code example: a fenced block with one of these languages. */
const EXAMPLE = /^```(?:ts|js|mjs|cjs|tsx)\n([^]*?)^```/gm;
const IMPORT = /\bfrom\s*['"]([^'"]+)['"]|\b(?:import|require)\s*\(?\s*['"]([^'"]+)['"]/g;

interface Page {
  file: string;
  text: string;
}

/**
 * Everything wrong with the package's pages, one sentence each: broken links, and examples that import what the package does not
 * contain.
 *
 * @param entries what the package exports, such as `.` and `./server`
 */
export function wrongPages(content: string, name: string, entries: readonly string[]): string[] {
  const modules = entries.map((entry) => name + entry.slice(1));
  return readdirSync(content, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ file, text: readFileSync(join(content, file), 'utf8') }))
    .flatMap((page) => [...deadLinks(content, page), ...wrongImports(page, name, modules)]);
}

function deadLinks(content: string, { file, text }: Page): string[] {
  return [...withoutExamples(text).matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(content, file, target))
    .map((target) => `${file} links to ${target}, which the package does not have.`);
}

function leadsSomewhere(content: string, file: string, target: string): boolean {
  const [path = '', anchor] = target.split('#', 2);
  const aim = path === '' ? file : normalize(join(dirname(file), path));
  if (aim.startsWith('..') || !existsSync(join(content, aim))) return false;
  if (anchor === undefined) return true;
  const headings = withoutExamples(readFileSync(join(content, aim), 'utf8')).matchAll(HEADING);
  return [...headings].some(([, heading = '']) => anchorOf(heading) === anchor);
}

/** The anchor of a heading, as GitHub and npm create it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/**
 * Checks the imports of an example. It may import an entry of the package, another package, or another example of the same page,
 * which is named in that example's first line.
 */
function wrongImports({ file, text }: Page, name: string, modules: readonly string[]): string[] {
  const examples = [...text.matchAll(EXAMPLE)].map(([, code = '']) => code);
  const files = examples.flatMap((code) => /^\/\/ (\S+)\n/.exec(code)?.[1] ?? []);
  return examples
    .flatMap((code) => [...code.matchAll(IMPORT)].map(([, from, called]) => from ?? called ?? ''))
    .filter((module) => {
      if (module.startsWith('.')) return !files.includes(module.slice(2).replace(/\.js$/, '.ts'));
      return (module === name || module.startsWith(`${name}/`)) && !modules.includes(module);
    })
    .map((module) => `${file} has an example that imports ${module}, which the package does not have.`);
}

function withoutExamples(text: string): string {
  return text.replaceAll(/^```[^]*?^```/gm, '');
}
