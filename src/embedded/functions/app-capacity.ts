import { Injectable } from '@nestjs/common';
import type { AppFunction } from './app-function.js';

/**
 * Knows which apps and functions are full: all their workers have as many calls as they accept. Only connected workers
 * report how many they accept. The queue holds the calls to a full app or function; they take no slots there.
 */
@Injectable()
export class AppCapacity {
  private readonly full = new Set<string>();
  private listener: ((id: string) => void) | undefined;

  /** Sets the only listener. It is called with the id of an app or function that was full and has room again. */
  onFreed(listener: (id: string) => void): void {
    this.listener = listener;
  }

  isFull({ id, app }: AppFunction): boolean {
    return this.full.has(app.id) || this.full.has(id);
  }

  /** @param id of an app or a function */
  set(id: string, hasRoom: boolean): void {
    if (!hasRoom) this.full.add(id);
    else if (this.full.delete(id)) this.listener?.(id);
  }
}
