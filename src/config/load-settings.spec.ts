import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Environment } from './environment.js';
import { loadSettings } from './load-settings.js';
import { Settings } from './settings.js';
import { SettingsError } from './settings.error.js';

describe('loadSettings', () => {
  const home = process.cwd();
  const environment = { ...process.env };
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'settings-'));
    process.chdir(directory);
  });

  afterEach(async () => {
    process.chdir(home);
    process.env = { ...environment };
    await rm(directory, { recursive: true });
  });

  it('reads .env of the working directory, and the environment wins over it', async () => {
    await writeFile('.env', 'PORT=4001\nINNGEST_APP_ID=from-file\n');
    process.env['PORT'] = '4002';
    expect(await loadSettings()).toMatchObject({ port: 4002, appId: 'from-file' });
  });

  it('needs no .env', async () => {
    expect(await loadSettings()).toBeInstanceOf(Settings);
  });

  it('names a .env that cannot be read', async () => {
    await mkdir('.env');
    await expect(loadSettings()).rejects.toThrow(SettingsError);
    await expect(loadSettings()).rejects.toThrow(
      /[.]env cannot be read \(EISDIR.*\); make it a readable file/,
    );
  });

  it('names every mistake at once', async () => {
    await writeFile('.env', 'PORT=x\nHOST=a b\n');
    await expect(loadSettings()).rejects.toThrow(SettingsError);
    await expect(loadSettings()).rejects.toThrow(/PORT is "x"[^]*HOST is "a b"/);
  });
});

describe('.env.example', () => {
  const example = (): Promise<string> => readFile('.env.example', 'utf8');

  it('changes nothing when it is copied to .env', async () => {
    expect(Settings.from(parseEnv(await example()))).toEqual(Settings.from({}));
  });

  it('lists every setting once, in order', async () => {
    const names = [...(await example()).matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names).toEqual(Object.keys(new Environment()));
  });
});
