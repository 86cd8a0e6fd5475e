import { formatDuration } from '../common/duration.js';
import type { TerminalPage } from '../common/terminal-page.js';
import type { ServeOptions } from './command-options.js';
import { COMMAND, packageVersion } from './package-info.js';

export interface Started {
  readonly options: ServeOptions;
  /** Where the server answers. */
  readonly url: string;
  /** Where the state is kept, if not in memory. */
  readonly dataFile: string | undefined;
}

/** Writes what runs where, and what to do next. */
export function writeStartMessage(page: TerminalPage, { options, url, dataFile }: Started): void {
  page.section([
    page.bold(`${COMMAND} ${packageVersion()}: an Inngest-compatible server for development and tests`),
    '',
    page.row('Server', url),
    page.row('Dashboard', url),
    page.row('State', dataFile ?? 'in memory, gone when this ends (--persist keeps it)'),
    page.row(
      'Clock',
      options.clock === 'virtual' ? "virtual: runs at the wall's pace, and the API moves it" : "the wall's",
    ),
    ...apps(options).map((text, index) => page.row(index === 0 ? 'Apps' : '', text)),
    '',
    page.bold('Next'),
    `Start your app so that its SDK uses this server: INNGEST_DEV=${url}`,
    `Send an event:  ${curl(`${url}/e/dev`, '{"name":"demo/hello","data":{}}')}`,
    ...(options.clock === 'virtual'
      ? [`Move the clock: ${curl(`${url}/api/v2/clock/advance`, '{"by":"1h"}')}`]
      : []),
    `See its runs:   ${url}`,
  ]);
}

function apps({ urls, discovers, polls, pollIntervalMs }: ServeOptions): string[] {
  const every = formatDuration(pollIntervalMs);
  const asked = polls ? `asked every ${every}` : `asked every ${every} until it is there`;
  const found = discovers ? [`looked for at common ports of this machine, until there is one`] : [];
  const all = [...urls.map((url) => `${url}, ${asked}`), ...found];
  return all.length > 0 ? all : ['none is looked for: they register when they start'];
}

/** A command that POSIX shells and cmd.exe take. */
function curl(url: string, body: string): string {
  return `curl -d "${body.replaceAll('"', '\\"')}" -H "content-type: application/json" ${url}`;
}
