import { formatDuration } from '../common/duration.js';
import type { TerminalPage } from '../common/terminal-page.js';
import type { ServeOptions } from './command-options.js';
import { COMMAND, packageVersion } from './package-info.js';

export interface Started {
  readonly options: ServeOptions;
  /** The server's URL. */
  readonly url: string;
  /** The file with the state; undefined if the state is in memory. */
  readonly dataFile: string | undefined;
}

/** Writes the server's address, where its state is, which apps it polls, and what to do next. */
export function writeStartMessage(page: TerminalPage, { options, url, dataFile }: Started): void {
  page.section([
    page.bold(`${COMMAND} ${packageVersion()}: an Inngest-compatible server for development and tests`),
    '',
    page.row('Server', url),
    page.row('Dashboard', url),
    page.row('State', dataFile ?? 'in memory until the server stops (--persist stores it in a file)'),
    page.row(
      'Clock',
      options.clock === 'virtual'
        ? "virtual: runs at the machine's speed, and the API can advance it"
        : "the machine's",
    ),
    ...apps(options).map((text, index) => page.row(index === 0 ? 'Apps' : '', text)),
    '',
    page.bold('Next'),
    `Start your app so that its SDK uses this server: INNGEST_DEV=${url}`,
    `Send an event: ${curl(`${url}/e/dev`, '{"name":"demo/hello","data":{}}')}`,
    ...(options.clock === 'virtual'
      ? [`Advance the clock: ${curl(`${url}/api/v2/clock/advance`, '{"by":"1h"}')}`]
      : []),
    `See its runs: ${url}`,
  ]);
}

function apps({ urls, discovers, polls, pollIntervalMs }: ServeOptions): string[] {
  const every = formatDuration(pollIntervalMs);
  const asked = polls ? `polled every ${every}` : `polled every ${every} until it has registered`;
  const found = discovers
    ? [`the server looks at common ports of this machine until an app has registered`]
    : [];
  const all = [...urls.map((url) => `${url}, ${asked}`), ...found];
  return all.length > 0 ? all : ['the server does not look for apps; they register when they start'];
}

/** A command that works in POSIX shells and in cmd.exe. */
function curl(url: string, body: string): string {
  return `curl -d "${body.replaceAll('"', '\\"')}" -H "content-type: application/json" ${url}`;
}
