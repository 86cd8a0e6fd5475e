import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InngestRegistration } from '../inngest/index.js';

/**
 * Whether this worker has started: Inngest has accepted its functions at least once. Later failures do not change that.
 */
@Injectable()
export class StartUp implements OnModuleInit {
  private done = false;

  constructor(private readonly registration: InngestRegistration) {}

  get isDone(): boolean {
    return this.done;
  }

  onModuleInit(): void {
    const release = this.registration.onChange((state) => {
      if (state !== 'registered') return;
      this.done = true;
      release();
    });
  }
}
