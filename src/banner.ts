import { printable } from './common/printable.js';
import type { InngestTarget } from './config/index.js';
import { INNGEST_PATH } from './inngest/index.js';

export interface Addresses {
  /** Where the worker answers. */
  readonly worker: string;
  /** Where the Inngest server answers. */
  readonly inngest: string;
  /** Which one that is. */
  readonly target: InngestTarget['kind'];
  /** Whether that one shows its dashboard. */
  readonly hasDashboard: boolean;
}

const WHOSE = {
  embedded: 'embedded in this process',
  server: 'at INNGEST_URL',
  cloud: 'Inngest Cloud',
} satisfies Record<InngestTarget['kind'], string>;

const CLOUD_DASHBOARD = 'https://app.inngest.com';

const NO_DASHBOARD = 'off, because INNGEST_SIGNING_KEY is set';

/** Writes to people on a terminal, in colours unless the terminal or NO_COLOR says otherwise. */
export class Banner {
  constructor(
    private readonly write: (text: string) => void,
    private readonly colours: boolean,
  ) {}

  /** What runs where. */
  addresses({ worker, inngest, target, hasDashboard }: Addresses): void {
    const dashboard = target === 'cloud' ? CLOUD_DASHBOARD : inngest;
    this.section([
      this.bold('Background task worker'),
      '',
      this.row('Worker', worker),
      this.row('API docs', `${worker}/docs`),
      this.row('Health', `${worker}/health/ready`),
      this.row('Functions', worker + INNGEST_PATH),
      this.row('Inngest', `${inngest} (${WHOSE[target]})`),
      this.row('Dashboard', hasDashboard ? dashboard : NO_DASHBOARD),
    ]);
  }

  /** What others may do with this worker; see `exposureOf`. Writes nothing when there is nothing to warn of. */
  exposure([title, ...lines]: readonly string[]): void {
    if (title !== undefined) this.section([this.yellow(title), ...lines]);
  }

  /** What Inngest has registered, and what to try now. */
  registered(functions: readonly string[], { worker }: Addresses): void {
    this.section([
      this.bold('Registered functions'),
      ...functions.map((id) => `${this.green('✓')} ${printable(id)}`),
      '',
      this.bold('Try it'),
      `curl -i -X POST ${worker}/demo-tasks -H 'content-type: application/json' -d '{"taskId":"first"}'`,
      'then GET what its Location says, to see how the task stands.',
    ]);
  }

  private section(lines: string[]): void {
    this.write(`\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n\n`);
  }

  private row(name: string, value: string): string {
    return `${name.padEnd(11)}${this.cyan(printable(value))}`;
  }

  private bold(text: string): string {
    return this.paint(text, 1, 22);
  }

  private green(text: string): string {
    return this.paint(text, 32, 39);
  }

  private yellow(text: string): string {
    return this.paint(text, 33, 39);
  }

  private cyan(text: string): string {
    return this.paint(text, 36, 39);
  }

  private paint(text: string, on: number, off: number): string {
    return this.colours ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }
}

/** Whether what is written to this stream may be coloured. */
export function mayColour(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env['NO_COLOR'];
}
