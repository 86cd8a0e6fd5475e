import { posix } from 'node:path';
import { PageFiles } from './page-files.js';

/** The modules that a module imports when it runs. Imports in comments are only of types. */
function importsOf(code: string): string[] {
  const running = code.replace(/\/\*[^]*?\*\//g, '');
  return [
    ...running.matchAll(
      /\b(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?['"]([^'"]+)['"]/g,
    ),
  ].map(([, from, bare]) => from ?? bare ?? '');
}

describe("The page's files", () => {
  const files = new PageFiles();
  const version = /\/dashboard\/(\w+)\/main\.js/.exec(files.dashboard.html)?.[1] ?? '';
  const importMap = JSON.parse(/"importmap">([^]*?)<\/script>/.exec(files.dashboard.html)?.[1] ?? '{}') as {
    imports: Record<string, string>;
  };

  it('import only modules that the server serves, and not the types of the API', () => {
    const missing: string[] = [];
    const seen = new Set<string>();
    const follow = (path: string, importer: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      const file = files.get(version, path);
      if (!file) {
        missing.push(`${path}, imported by ${importer}`);
        return;
      }
      for (const name of importsOf(file.body.toString('utf8'))) {
        const known = importMap.imports[name]?.slice(`/dashboard/${version}/`.length);
        follow(known ?? posix.join(posix.dirname(path), name), path);
      }
    };

    follow('main.js', 'index.html');
    follow('login/login.js', 'login.html');

    expect(missing).toEqual([]);
    expect([...seen]).toEqual(
      expect.arrayContaining(['data/api.js', 'views/run-view.js', 'libraries/preact.js']),
    );
  });
});
