import { isIPv6, type Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { InngestModuleOptions } from '../definition/inngest-module-options.js';
import { INNGEST_MODULE_OPTIONS } from '../definition/inngest.module-definition.js';

/** Addresses that mean all addresses of the machine. */
const EVERY_ADDRESS = ['0.0.0.0', '::'];

/**
 * The address at which Inngest reaches this application: the configured one, or the address on which the server
 * listens. It never comes from a request, because the sender could then redirect all calls.
 */
@Injectable()
export class OwnAddress implements OnApplicationBootstrap {
  private told: string | undefined;
  /** Stored, because executing calls may end after the server has stopped listening. */
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

  /** @param url an address of this application; only its origin is used */
  tell(url: string): void {
    this.told ??= new URL(url).origin;
  }

  /**
   * The origin for Inngest, such as `http://localhost:3001`.
   *
   * @throws Error if the application does not listen on a port
   */
  get origin(): string {
    return this.options.serveOrigin ?? this.told ?? this.listening();
  }

  /**
   * The origin for requests from this process: the address on which it listens; without one, the origin for Inngest.
   *
   * @throws Error if there is neither
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
    throw new Error(
      'The application listens on no port. Set serveOrigin to the address at which Inngest reaches it.',
    );
  }
}

/** The origin at which a server listens; undefined if it listens on no port. */
function originOf(server: Server): string | undefined {
  const address = server.address();
  if (address === null || typeof address === 'string') return undefined;
  const host = isIPv6(address.address) ? `[${address.address}]` : address.address;
  const protocol = server instanceof TlsServer ? 'https' : 'http';
  return `${protocol}://${EVERY_ADDRESS.includes(address.address) ? 'localhost' : host}:${address.port}`;
}
