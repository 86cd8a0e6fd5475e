import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { JournalEntry } from '../../src/demo-task/providers/step-journal.js';

export type { JournalEntry };

/** The journal in which the steps of both apps record what they do, in the format of the worker's DEMO_TASK_JOURNAL. */
export class Journal {
  private readonly known: JournalEntry[] = [];
  private readonly steps = new Set<string>();
  private offset = 0;

  constructor(readonly file: string) {}

  /** Executes the work of a step, and writes a line before and after it. */
  async around<T>(step: Omit<JournalEntry, 'phase' | 'at'>, work: () => Promise<T>): Promise<T> {
    this.write({ phase: 'start', ...step });
    const result = await work();
    this.write({ phase: 'end', ...step });
    return result;
  }

  /** The entries so far. Skips incomplete lines, which a killed process may leave. */
  entries(): readonly JournalEntry[] {
    this.read();
    return this.known;
  }

  /** The number of different steps that have begun. */
  begun(): number {
    this.read();
    return this.steps.size;
  }

  private read(): void {
    if (!existsSync(this.file)) return;
    const descriptor = openSync(this.file, 'r');
    const bytes = Buffer.alloc(fstatSync(descriptor).size - this.offset);
    readSync(descriptor, bytes, 0, bytes.length, this.offset);
    closeSync(descriptor);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.offset += whole.length;
    for (const line of whole.toString('utf8').split('\n')) {
      const entry = parse(line);
      if (!entry) continue;
      this.known.push(entry);
      this.steps.add(`${entry.runId} ${entry.stepId}`);
    }
  }

  private write(entry: Omit<JournalEntry, 'at'>): void {
    appendFileSync(this.file, `${JSON.stringify({ ...entry, at: new Date().toISOString() })}\n`);
  }
}

function parse(line: string): JournalEntry | undefined {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return undefined;
  }
}
