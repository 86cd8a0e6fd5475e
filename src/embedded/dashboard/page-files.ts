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
 * The page's libraries in node_modules, by the names that its modules import. Browsers can load them without a build.
 */
const LIBRARIES: Record<string, { module?: string }> = {
  preact: {},
  'preact/hooks': {},
  // These names resolve to CommonJS builds; the ES modules are in the same folders.
  htm: { module: 'htm.mjs' },
  'htm/preact': { module: 'index.mjs' },
};

const PAGE = join(import.meta.dirname, 'page');
const require = createRequire(import.meta.url);

/** A page, and a policy that allows only its own files and its inline script. */
export interface Page {
  html: string;
  etag: string;
  contentSecurityPolicy: string;
}

/**
 * All files of the dashboard's pages, read once. Their URLs contain a hash of all of them, so a browser can cache them
 * forever and never mixes two versions.
 */
export class PageFiles {
  private readonly files = new Map<string, PageFile>();
  readonly dashboard: Page;
  /** The dashboard with a button to log out. */
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

  /** @param path the path after the version, such as `main.js` */
  get(version: string, path: string): PageFile | undefined {
    return version === this.version ? this.files.get(path) : undefined;
  }

  private pageOf(template: string): Page {
    const base = `/dashboard/${this.version}`;
    const imports = Object.fromEntries(
      Object.keys(LIBRARIES).map((name) => [name, `${base}/${libraryPath(name)}`]),
    );
    const html = template.replaceAll('%BASE%', base).replace('%IMPORT_MAP%', JSON.stringify({ imports }));
    return {
      html,
      etag: `"${sha256(html).digest('hex').slice(0, 16)}"`,
      contentSecurityPolicy: policyFor(html),
    };
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

/** The import map. It must be inline in the page, so the policy allows it by its hash. */
function inlineScript(html: string): string {
  return /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? '';
}

function sha256(text: string): Hash {
  return createHash('sha256').update(text);
}
