import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { NotASingletonError } from '../errors/not-a-singleton.error.js';
import type {
  DiscoveredFailureHandler,
  DiscoveredFunction,
  DiscoveredHandlers,
} from './discovered-handlers.js';
import { InngestMetadataAccessor } from './inngest-metadata.accessor.js';
import { lostDecorators, type LostDecorator } from './lost-decorators.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];
type Instance = Record<string, (...args: never[]) => unknown>;

/** Finds the decorated methods of all providers and controllers. */
@Injectable()
export class InngestExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly metadata: InngestMetadataAccessor,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws NotASingletonError if a decorated method's class is request-scoped or transient */
  explore(): DiscoveredHandlers {
    const functions: DiscoveredFunction[] = [];
    const failureHandlers: DiscoveredFailureHandler[] = [];
    const lost: LostDecorator[] = [];
    const classes = new Set<object>();
    // With `useExisting` one instance has several wrappers.
    const seen = new Set<object>();

    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const instance = instanceOf(wrapper);
      if (!instance || seen.has(instance)) continue;
      seen.add(instance);
      const prototype = Object.getPrototypeOf(instance) as Instance;
      if (!classes.has(prototype)) lost.push(...lostDecorators(prototype, this.metadata));
      classes.add(prototype);

      for (const key of this.scanner.getAllMethodNames(prototype)) {
        const method = prototype[key] as Instance[string];
        const fn = this.metadata.fn(method);
        const failure = this.metadata.failureHandler(method);
        if (fn === undefined && failure === undefined) continue;

        const name = `${instance.constructor.name}.${key}`;
        assertSingleton(wrapper, name);
        // Look the method up at every call, so that a spy that a test installs later is called.
        const call = (context: unknown): unknown => instance[key]?.(context as never);
        if (fn !== undefined) functions.push({ name, instance, call, app: fn.options.app, ...fn });
        if (failure !== undefined)
          failureHandlers.push({ name, instance, call, ...failure, app: failure.app });
      }
    }
    return { functions, failureHandlers, lost };
  }
}

/**
 * The provider's instance. For a request-scoped or transient class, the object that Nest creates from its prototype.
 */
function instanceOf(wrapper: Wrapper): Instance | undefined {
  const instance: unknown = wrapper.instance;
  return typeof instance === 'object' && instance !== null && Object.getPrototypeOf(instance)
    ? (instance as Instance)
    : undefined;
}

function assertSingleton(wrapper: Wrapper, name: string): void {
  if (wrapper.isTransient) throw new NotASingletonError(name, 'transient');
  if (!wrapper.isDependencyTreeStatic()) throw new NotASingletonError(name, 'request-scoped');
}
