import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';

export interface PageFile {
  type: string;
  body: Buffer;
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The page's libraries as they lie in node_modules, by the names that its modules import. They are modules that a
 * browser takes as they are.
 */
const LIBRARIES: Record<string, { module?: string }> = {
  preact: {},
  'preact/hooks': {},
  // These resolve to their CommonJS builds; the modules lie beside them.
  htm: { module: 'htm.mjs' },
  'htm/preact': { module: 'index.mjs' },
};

const PAGE = join(import.meta.dirname, 'page');
const require = createRequire(import.meta.url);

/** A page, and the policy that allows what it consists of and nothing else: no other origin, no other inline script. */
export interface Page {
  html: string;
  contentSecurityPolicy: string;
}

/**
 * Everything that the dashboard's pages consist of, read once. Its address holds a hash of it all, so a browser may
 * keep the files for ever and still never mixes two versions.
 */
export class PageFiles {
  private readonly files = new Map<string, PageFile>();
  readonly dashboard: Page;
  /** The same, with a button to log out. */
  readonly dashboardWithLogOut: Page;
  readonly login: Page;
  private readonly version: string;

  constructor() {
    for (const name of readdirSync(PAGE, { recursive: true, encoding: 'utf8' })) {
      const type = TYPES[extname(name)];
      if (type) this.files.set(name.split(sep).join('/'), { type, body: readFileSync(join(PAGE, name)) });
    }
    for (const [name, { module }] of Object.entries(LIBRARIES)) {
      const resolved = require.resolve(name);
      const body = readFileSync(module ? join(dirname(resolved), module) : resolved);
      this.files.set(libraryPath(name), { type: TYPES['.js'] as string, body });
    }
    const [dashboard, login] = ['index.html', 'login.html'].map((name) =>
      readFileSync(join(PAGE, name), 'utf8'),
    ) as [string, string];
    this.version = this.hashWith(dashboard + login);
    this.dashboard = this.pageOf(dashboard);
    this.dashboardWithLogOut = this.pageOf(dashboard.replace('<body>', '<body data-has-log-out>'));
    this.login = this.pageOf(login);
  }

  /** @param path below the version, such as `main.js` */
  get(version: string, path: string): PageFile | undefined {
    return version === this.version ? this.files.get(path) : undefined;
  }

  private pageOf(template: string): Page {
    const base = `/dashboard/${this.version}`;
    const imports = Object.fromEntries(
      Object.keys(LIBRARIES).map((name) => [name, `${base}/${libraryPath(name)}`]),
    );
    const html = template.replaceAll('%BASE%', base).replace('%IMPORT_MAP%', JSON.stringify({ imports }));
    return { html, contentSecurityPolicy: policyFor(html) };
  }

  private hashWith(templates: string): string {
    const hash = sha256(templates);
    for (const [name, { body }] of [...this.files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(name).update(body);
    }
    return hash.digest('hex').slice(0, 16);
  }
}

function policyFor(html: string): string {
  const script = inlineScript(html);
  return [
    "default-src 'none'",
    `script-src 'self'${script === '' ? '' : ` 'sha256-${sha256(script).digest('base64')}'`}`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function libraryPath(name: string): string {
  return `libraries/${name.replace('/', '-')}.js`;
}

/** An import map must stand in the page itself; the policy allows this one by its hash. */
function inlineScript(html: string): string {
  return /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? '';
}

function sha256(text: string): Hash {
  return createHash('sha256').update(text);
}
