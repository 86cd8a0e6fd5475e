import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ProtocolError, type Op } from '../protocol/ops.js';
import { opHandlers } from './index.js';
import { nameOf, type Effect, type OpContext, type OpHandler } from './op-handler.js';

/** An op that was checked, with its handler. */
export interface KnownOp {
  /** See {@link OpHandler.isSideOp}. */
  isSideOp: boolean;
  apply(context: OpContext): Effect;
}

/** Finds the handler for an op. */
@Injectable()
export class OpTable implements OnModuleInit {
  private readonly handlers = new Map<string, OpHandler>();

  constructor(private readonly moduleRef: ModuleRef) {}

  onModuleInit(): void {
    for (const type of opHandlers) {
      const handler = this.moduleRef.get<OpHandler>(type);
      for (const code of handler.codes) this.handlers.set(code, handler);
    }
  }

  /** @throws ProtocolError when the op is invalid, or this server does not support it */
  read(op: Op): KnownOp {
    const handler = this.handlers.get(op.op);
    if (!handler) {
      throw new ProtocolError(
        `The embedded Inngest does not support "${op.op}" (step "${nameOf(op)}"). ` +
          'Point INNGEST_URL at an Inngest server that does.',
      );
    }
    const parsed = handler.parse?.(op) ?? op;
    return { isSideOp: handler.isSideOp === true, apply: (context) => handler.apply(parsed, context) };
  }
}
