import { readFile } from 'node:fs/promises';

interface Locked {
  version?: string;
  dev?: boolean;
  hasInstallScript?: boolean;
  engines?: { node?: string };
}

/** The lowest major version of Node that a package supports, or 0 if the package names none. */
function smallestNode({ engines }: Locked): number {
  const versions = [...(engines?.node ?? '').matchAll(/(?:>=?|\^|~|^)\s*v?(\d+)/g)].map(([, major]) =>
    Number(major),
  );
  return versions.length === 0 ? 0 : Math.min(...versions);
}

describe('The packages', () => {
  let packages: [string, Locked][];
  let readme: string;
  const named = (holds: (locked: Locked) => boolean): string[] =>
    packages.filter(([, locked]) => holds(locked)).map(([path]) => path.replace(/^.*node_modules\//, ''));

  beforeAll(async () => {
    const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
      packages: Record<string, Locked>;
    };
    packages = Object.entries(lock.packages).filter(([path]) => path !== '');
    readme = await readFile('CONTRIBUTING.md', 'utf8');
  });

  it('of production run no script when they are installed, nor tell anybody that they were', () => {
    expect(named(({ dev, hasInstallScript }) => !dev && hasInstallScript === true)).toEqual([]);
    const scarf = packages.find(([path]) => path.endsWith('node_modules/@scarf/scarf'))?.[1];
    expect(scarf).toMatchObject({ name: '@favware/skip-dependency' });
  });

  it('of production run on Node 20', () => {
    expect(named((locked) => !locked.dev && smallestNode(locked) > 20)).toEqual([]);
  });

  it('of development that want a later Node than 20, or have a script, are in CONTRIBUTING.md', async () => {
    const { allowScripts } = JSON.parse(await readFile('package.json', 'utf8')) as { allowScripts: object };
    const scripted = named(({ hasInstallScript }) => hasInstallScript === true);
    expect(scripted.toSorted()).toEqual(Object.keys(allowScripts).toSorted());
    const later = named((locked) => locked.dev === true && smallestNode(locked) > 20);
    for (const name of [...scripted, ...later]) expect(readme).toContain(`\`${name}\``);
  });
});
