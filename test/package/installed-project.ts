import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Project } from './projects.js';

/** The longest time for an installation or a run, in milliseconds. */
const PATIENCE_MS = 300_000;

/** A command failed in a project. The message contains the command's output. */
export class ProjectError extends Error {
  override name = 'ProjectError';
}

/** A project in a new folder outside the repository, with the package installed from its tarball. */
export class InstalledProject {
  private constructor(
    readonly project: Project,
    readonly folder: string,
  ) {}

  /** @throws ProjectError when the project cannot be installed or compiled */
  static async install(project: Project, tarball: string): Promise<InstalledProject> {
    const folder = mkdtempSync(join(tmpdir(), 'package-test-'));
    const installed = new InstalledProject(project, folder);
    try {
      for (const files of project.files)
        cpSync(join(import.meta.dirname, 'projects', files), folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: project.type }));
      const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
      await call(folder, 'npm', ['install', ...options, tarball, ...specifiers(project)]);
      for (const config of readdirSync(folder).filter((file) => /^tsconfig.*\.json$/.test(file)))
        await call(folder, process.execPath, [
          createRequire(import.meta.url).resolve('typescript/bin/tsc'),
          '-p',
          config,
        ]);
      return installed;
    } catch (error) {
      installed.remove();
      throw error;
    }
  }

  /**
   * Runs the project on a version of Node.
   *
   * @throws ProjectError when it fails
   */
  async runOn(version: string): Promise<void> {
    const withNode = resolve('scripts/with-node.mjs');
    const found = await call(this.folder, process.execPath, [withNode, version, 'node', '--version']);
    const [major = 0, minor = 0] = (/v(\d+)\.(\d+)/.exec(found)?.slice(1) ?? []).map(Number);
    const values = [withNode, version, 'node', ...this.project.run([major, minor])];
    await call(this.folder, process.execPath, values);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function specifiers({ packages }: Project): string[] {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>;
  const versions = { ...manifest['dependencies'], ...manifest['devDependencies'] };
  return Object.entries(packages).map(([name, version]) => `${name}@${version ?? versions[name]}`);
}

/** Runs a command in a folder. Resolves with its output. @throws ProjectError when it fails */
function call(folder: string, command: string, values: string[]): Promise<string> {
  const shell = process.platform === 'win32' && command === 'npm';
  const child = spawn(command, values, {
    cwd: folder,
    shell,
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      if (code === 0) done(printed);
      else fail(new ProjectError(`${values.join(' ')} ended with ${code ?? signal}:\n${printed}`));
    });
  });
}
