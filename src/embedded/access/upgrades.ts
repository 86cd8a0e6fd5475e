import type { Server } from 'node:http';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { serveUpgrades, type ServeUpgrade } from '../../guards/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { guardRulesOf } from './guard-rules.js';

/** Passes WebSocket connections to their handlers, by path. */
@Injectable()
export class Upgrades implements OnApplicationBootstrap {
  private readonly paths: Record<string, ServeUpgrade> = {};

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly options: EmbeddedOptions,
  ) {}

  /** Adds the handler of a path. Call it in `onModuleInit`: upgrades are served from the bootstrap on. */
  serve(path: string, serve: ServeUpgrade): void {
    this.paths[path] = serve;
  }

  onApplicationBootstrap(): void {
    serveUpgrades(this.host.httpAdapter.getHttpServer() as Server, guardRulesOf(this.options), this.paths);
  }
}
