import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { InstalledProject, ProjectError } from './installed-project.js';
import { mistakesOf } from './package-content.js';
import { PROJECTS, type Project } from './projects.js';

/** The first Node version that the package allows, the first one with SQLite, and a later one. */
const NODE_VERSIONS = ['20.19.0', '22.13.0', '24'];

const USAGE = `Installs the package from its tarball into fresh folders, and runs projects there that use it.

  npm run test:package
  npm run test:package -- --only vitest --node 24

  --only <part>     the projects whose name has this part: ${PROJECTS.map(({ name }) => name).join(', ')}
  --node <version>  only on this version of Node (${NODE_VERSIONS.join(', ')})
  --keep            leave the folders, and print where they are
  --help
`;

interface Options {
  only: string;
  nodes: readonly string[];
  keep: boolean;
}

async function main({ only, nodes, keep }: Options): Promise<number> {
  const tarball = packed();
  const mistakes = mistakesOf(resolve('dist-package/content'), tarball);
  for (const mistake of mistakes) console.log(`❌ ${mistake}`);
  const projects = PROJECTS.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()));
  if (projects.length === 0) throw new Error(`No project is named like "${only}".`);
  let failures = mistakes.length;
  for (const project of projects) failures += await tryOut(project, { tarball, nodes, keep });
  console.log(failures === 0 ? 'The package works.' : `${failures} failures.`);
  return failures === 0 ? 0 : 1;
}

/** @returns the number of failed runs */
async function tryOut(
  project: Project,
  { tarball, nodes, keep }: Omit<Options, 'only'> & { tarball: string },
): Promise<number> {
  const installed = await attempt(`${project.name}: installed`, () =>
    InstalledProject.install(project, tarball),
  );
  if (installed === undefined) return 1;
  let failures = 0;
  for (const version of nodes) {
    const ran = await attempt(`${project.name}: Node ${version}`, async () => {
      await installed.runOn(version);
      return true;
    });
    if (ran === undefined) failures += 1;
  }
  if (keep) console.log(`   ${installed.folder}`);
  else installed.remove();
  return failures;
}

/** Prints whether it succeeded. @returns undefined when it failed */
async function attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    const result = await work();
    console.log(`✅ ${what}`);
    return result;
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    console.log(`❌ ${what}\n${error.message}`);
    return undefined;
  }
}

/** The path of the tarball that `npm run package` created. */
function packed(): string {
  const [name] = readdirSync('dist-package').filter((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('There is no tarball. Run: npm run package');
  return resolve(join('dist-package', name));
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    node: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const { only, node, keep, help } = values;
if (help) console.log(USAGE);
else process.exitCode = await main({ only, nodes: node === undefined ? NODE_VERSIONS : [node], keep });
