import { Injectable } from '@nestjs/common';
import type { AppFunction } from './app-function.js';

/**
 * Which apps, and which functions, have workers that take as many calls as they have told, and have them all. Only connected
 * workers tell. Calls to a full app or function are held in the queue, where they take up nothing.
 */
@Injectable()
export class AppCapacity {
  private readonly full = new Set<string>();
  private listener: ((id: string) => void) | undefined;

  /** Calls `listener` with the id of an app or function that was full and has room again. There is one listener. */
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
