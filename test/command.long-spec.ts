import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledSources, MainProcess } from './support/main-process.js';

const folder = mkdtempSync(join(tmpdir(), 'command-spec-'));
const started: MainProcess[] = [];
let sources: CompiledSources;

beforeAll(async () => {
  sources = await CompiledSources.create();
});

afterAll(async () => {
  for (const program of started) program.send('SIGKILL');
  await Promise.all(started.map((program) => program.ended));
  await sources.remove();
  rmSync(folder, { recursive: true });
});

function remember(program: MainProcess): MainProcess {
  started.push(program);
  return program;
}

function command(...args: string[]): MainProcess {
  return remember(MainProcess.run(join(sources.directory, 'src/command/main.js'), { args, cwd: folder }));
}

async function app(inngest: string, port = '0'): Promise<{ program: MainProcess; url: string }> {
  const variables = { INNGEST_DEV: inngest };
  const program = remember(MainProcess.run('test/support/express-app.mjs', { args: [port], variables }));
  const [, url = ''] = await program.printed(/serving (\S+)/);
  return { program, url };
}

async function urlOf(server: MainProcess): Promise<string> {
  const [, url = ''] = await server.printed(/Server +(http:\S+)\n/);
  return url;
}

/** A port on which nothing listens. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

interface Clock {
  data: { nextDue: string | null; movedByMs: number };
}

async function ask<T>(url: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, body && { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()) as T;
}

/** Moves the clock to the next due time, as soon as something is due. */
async function toNext(url: string): Promise<number> {
  for (;;) {
    const { data } = await ask<Clock>(`${url}/api/v2/clock/advance`, { by: 'next' });
    if (data.movedByMs > 1_000) return data.movedByMs;
  }
}

describe('the command', () => {
  it('runs a week of an Express app in another process within moments, and ends at SIGTERM', async () => {
    const port = await freePort();
    const server = command(
      '--clock',
      'virtual',
      '--port',
      '0',
      '--no-discovery',
      '--poll-interval',
      '1',
      '-u',
      `localhost:${port}/api/inngest`,
    );
    const url = await urlOf(server);
    await server.printed(/WARN.*The app at http:\/\/localhost:\d+\/api\/inngest does not answer yet/);
    const express = await app(url, port);
    await server.printed(/App "express-app" registered 1 function\(s\)/);
    await ask(`${url}/api/v2/clock/advance`, { by: '1d' });

    express.program.write('app/sleep');
    const [, eventId] = await express.program.printed(/sent (\S+)/);
    const retry = await toNext(url);
    expect(retry).toBeGreaterThan(50_000);
    expect(retry).toBeLessThan(61_000);
    expect(await toNext(url)).toBeGreaterThan(6 * 24 * 60 * 60 * 1_000);
    const runs = `${url}/api/v2/events/${eventId}/runs?includeOutput=true`;
    for (;;) {
      const { data } = await ask<{ data: { status: string; output: unknown }[] }>(runs);
      if (data[0]?.status === 'COMPLETED') break;
      expect(data[0]?.status).not.toBe('FAILED');
    }
    expect(await (await fetch(url)).text()).toContain('<html');

    express.program.send('SIGKILL');
    await server.printed(/App "express-app" at \S+ does not answer any more/);
    server.send('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.stderr).not.toMatch(/ERROR|Error/);
    expect(server.stdout).not.toContain('\u001b[');
  });

  it('with --persist, continues after a restart, and refuses its data file to a second server', async () => {
    const first = command('--persist', '--port', '0', '--no-discovery');
    const url = await urlOf(first);
    const [, file = ''] = await first.printed(/State +(\S+inngest\.db)\n/);
    const { body } = await fetch(`${url}/e/test`, { method: 'POST', body: '{"name":"kept"}' });
    await body?.cancel();

    const second = command('--persist', '--port', '0');
    expect(await second.ended).toBe(1);
    expect(second.stderr).toMatch(
      /inngest\.db is in use by another embedded Inngest .*\n.*leave out --persist/,
    );
    expect(second.stderr).not.toMatch(/^ +at /m);

    first.send('SIGINT');
    expect(await first.ended).toBe(0);
    expect(readFileSync(file).length).toBeGreaterThan(0);
    const third = command('--persist', '--port', '0', '--no-discovery');
    const { data } = await ask<{ data: { name: string }[] }>(`${await urlOf(third)}/api/v2/events`);
    expect(data.map(({ name }) => name)).toEqual(['kept']);
  });

  it('prints advice when its port is taken, and names unknown options', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const taken = command('--port', String(port));
    expect(await taken.ended).toBe(1);
    expect(taken.stderr).toBe(
      `Port ${port} on 127.0.0.1 is already in use. End the program that uses it, or use another port: --port ${port + 1}\n`,
    );
    expect(taken.stdout).toBe('');
    other.close();

    const wrong = command('--prot', '1');
    expect(await wrong.ended).toBe(1);
    expect(wrong.stderr).toMatch(/^Unknown option --prot\. Known options: [^]*--help lists the options\.\n$/);
  });

  it('prints its help and its version', async () => {
    const help = command('--help');
    expect(await help.ended).toBe(0);
    expect(help.stdout).toContain('Usage: task-queue-server');
    const version = command('--version');
    expect(await version.ended).toBe(0);
    const { version: expected } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(version.stdout).toBe(`${expected}\n`);
  });
});
