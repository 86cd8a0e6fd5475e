import { Injectable, Logger } from '@nestjs/common';
import { stackOf } from '../../common/error-text.js';
import { PatientStore } from '../faults/patient-store.js';
import { AppCapacity } from '../functions/app-capacity.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Wakeup } from '../notices/notices.js';
import { LimitTree } from '../queue/limit-tree.js';
import { StoreUnavailableError } from '../store/database.js';

/** Lets the dispatcher make the calls that were held back for lack of capacity, as soon as the workers have room again. */
@Injectable()
export class CapacityFreed {
  private readonly logger = new Logger('Inngest');

  constructor(
    private readonly store: PatientStore,
    private readonly functions: FunctionRegistry,
    private readonly tree: LimitTree,
    private readonly wakeup: Wakeup,
    capacity: AppCapacity,
  ) {
    capacity.onFreed((id) => void this.open(id));
  }

  /** @param id of an app or a function */
  private async open(id: string): Promise<void> {
    try {
      await this.store.untilStored(() => {
        const functions = this.functions.active().filter((fn) => fn.app.id === id || fn.id === id);
        for (const fn of functions) this.tree.openApp(fn.id);
        this.wakeup.afterCommit();
      });
    } catch (error) {
      // Another server has taken over the data file and makes the calls.
      if (error instanceof StoreUnavailableError) return;
      this.logger.error(
        `Could not release the calls of ${id}, whose workers have capacity again.`,
        stackOf(error),
      );
    }
  }
}
