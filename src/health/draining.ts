import { Injectable } from '@nestjs/common';

/** Whether this worker is stopping: it finishes the calls under way and is to get no more. */
@Injectable()
export class Draining {
  private begun = false;

  get isDraining(): boolean {
    return this.begun;
  }

  /** From now on the worker is not ready. */
  begin(): void {
    this.begun = true;
  }
}
