import { isIPv6, type AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { Inject, Injectable } from '@nestjs/common';
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
export class OwnAddress {
  private told: string | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(INNGEST_MODULE_OPTIONS) private readonly options: InngestModuleOptions,
  ) {}

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

  private listening(): string {
    const server = this.host.httpAdapter.getHttpServer() as { address(): AddressInfo | string | null };
    const address = server.address();
    if (address === null || typeof address === 'string') {
      throw new Error('The application listens on no port. Set serveOrigin to where Inngest reaches it.');
    }
    const host = isIPv6(address.address) ? `[${address.address}]` : address.address;
    const protocol = server instanceof TlsServer ? 'https' : 'http';
    return `${protocol}://${EVERY_ADDRESS.includes(address.address) ? 'localhost' : host}:${address.port}`;
  }
}
