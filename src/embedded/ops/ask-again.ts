import { Injectable } from '@nestjs/common';
import type { Effect, OpHandler } from './op-handler.js';

/** The app asks for another call, which finds the next step: it has been in this one for its longest time. */
@Injectable()
export class AskAgain implements OpHandler {
  readonly codes = ['DiscoveryRequest'] as const;

  apply(): Effect {
    return { kind: 'resolved', race: true };
  }
}
