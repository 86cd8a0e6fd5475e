import { isIPv6, type Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { INNGEST_MODULE_OPTIONS } from '../definition/inngest.module-definition.js';

/** Addresses that stand for all of the machine's. */
const EVERY_ADDRESS = ['0.0.0.0', '::'];

/**
 * Where Inngest reaches this application. It is what the operator says, or where the server listens; it never comes from
 * a request, whose sender could have all work sent elsewhere.
 */
@Injectable()
export class OwnAddress implements OnApplicationBootstrap {
  private told: string | undefined;
  /** Kept, because calls under way end after the server has stopped listening. */
  private heard: string | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(INNGEST_MODULE_OPTIONS) private readonly options: InngestModuleOptions,
  ) {}

  onApplicationBootstrap(): void {
    // A standalone application context has no adapter, and never listens.
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    server?.once('listening', () => (this.heard = originOf(server)));
  }

  /** @param url an address of this application, of which the origin counts */
  tell(url: string): void {
    this.told ??= new URL(url).origin;
  }

  /**
   * Such as `http://localhost:3001`.
   *
   * @throws Error when the application listens nowhere that a URL can name
   */
  get origin(): string {
    return this.options.serveOrigin ?? this.told ?? this.listening();
  }

  /**
   * Where this process reaches the application: where it listens, or, when no URL can name that, where Inngest reaches it.
   *
   * @throws Error when no URL leads to it
   */
  get local(): string {
    try {
      return this.listening();
    } catch (error) {
      if (this.options.serveOrigin === undefined) throw error;
      return this.options.serveOrigin;
    }
  }

  private listening(): string {
    const origin = this.heard ?? originOf(this.host.httpAdapter.getHttpServer() as Server);
    if (origin !== undefined) return origin;
    throw new Error('The application listens on no port. Set serveOrigin to where Inngest reaches it.');
  }
}

/** The origin at which a server listens; undefined when it listens on no port. */
function originOf(server: Server): string | undefined {
  const address = server.address();
  if (address === null || typeof address === 'string') return undefined;
  const host = isIPv6(address.address) ? `[${address.address}]` : address.address;
  const protocol = server instanceof TlsServer ? 'https' : 'http';
  return `${protocol}://${EVERY_ADDRESS.includes(address.address) ? 'localhost' : host}:${address.port}`;
}
