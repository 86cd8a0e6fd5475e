import { Injectable, Logger } from '@nestjs/common';
import { stackOf } from '../../common/error-text.js';
import { PatientStore } from '../faults/patient-store.js';
import { AppCapacity } from '../functions/app-capacity.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Wakeup } from '../notices/notices.js';
import { LimitTree } from '../queue/limit-tree.js';
import { StoreUnavailableError } from '../store/database.js';

/** Has the calls of an app or a function made that were held back, once its workers have room for them. */
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

  /** @param of the id of an app or a function */
  private async open(of: string): Promise<void> {
    try {
      await this.store.untilStored(() => {
        const functions = this.functions.active().filter((fn) => fn.app.id === of || fn.id === of);
        for (const { id } of functions) this.tree.openApp(id);
        this.wakeup.afterCommit();
      });
    } catch (error) {
      // Another server has the data file, and makes the calls.
      if (error instanceof StoreUnavailableError) return;
      this.logger.error('The calls of an app that has capacity again could not be released.', stackOf(error));
    }
  }
}
