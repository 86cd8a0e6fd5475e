import type { LoggerService } from '@nestjs/common';

/** A logger that stores its lines. */
export class KeptLog implements LoggerService {
  readonly lines: string[] = [];

  log(message: unknown): void {
    this.lines.push(`log ${String(message)}`);
  }

  warn(message: unknown): void {
    this.lines.push(`warn ${String(message)}`);
  }

  error(message: unknown): void {
    this.lines.push(`error ${String(message)}`);
  }

  /** Returns the lines about apps, and clears the log. */
  takeAboutApps(): string[] {
    const about = this.lines.filter((line) => /^\w+ (App |The app )/.test(line));
    this.lines.length = 0;
    return about;
  }
}
