import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InngestRegistration } from '../inngest/index.js';

/** Whether this worker has come up: Inngest has known its functions once. What happens later is no matter of the start. */
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
