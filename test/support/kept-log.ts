import type { LoggerService } from '@nestjs/common';

/** A logger that keeps what it is given. */
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

  /** What was said of apps and has not been taken yet. */
  takeAboutApps(): string[] {
    const about = this.lines.filter((line) => /^\w+ (App |The app )/.test(line));
    this.lines.length = 0;
    return about;
  }
}
