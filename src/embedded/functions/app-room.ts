import { Injectable } from '@nestjs/common';

/**
 * Which apps have workers that take as many calls as they have told, and have them all. Only connected workers tell.
 * Calls to a full app are held in the queue, where they take up nothing.
 */
@Injectable()
export class AppRoom {
  private readonly full = new Set<string>();
  private listener: ((appId: string) => void) | undefined;

  /** Calls `listener` when an app that was full has room again. There is one listener. */
  onRoom(listener: (appId: string) => void): void {
    this.listener = listener;
  }

  isFull(appId: string): boolean {
    return this.full.has(appId);
  }

  set(appId: string, hasRoom: boolean): void {
    if (!hasRoom) this.full.add(appId);
    else if (this.full.delete(appId)) this.listener?.(appId);
  }
}
