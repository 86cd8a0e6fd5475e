import { FLAGS, type Flag } from './flags.js';
import { COMMAND } from './package-info.js';

const COLUMN = 28;

/** What `--help` prints. */
export function helpText(): string {
  return [
    `Usage: ${COMMAND} [options]`,
    '',
    'Runs an Inngest-compatible server for development and tests, for apps of any framework and language.',
    '',
    'Options:',
    ...FLAGS.map(line),
    '',
    'Examples:',
    `  ${COMMAND} -u http://localhost:3000/api/inngest`,
    `  ${COMMAND} --clock virtual --port 0 --no-discovery -u http://localhost:3000/api/inngest`,
    '',
  ].join('\n');
}

function line({ name, short, value, help }: Flag): string {
  const flag = `${short ? `-${short}, ` : '    '}--${name}${value ? ` <${value}>` : ''}`;
  // A flag that is longer than its column has its text on the next line.
  return flag.length < COLUMN - 1
    ? `  ${flag.padEnd(COLUMN)}${help}`
    : `  ${flag}\n${' '.repeat(COLUMN + 2)}${help}`;
}
