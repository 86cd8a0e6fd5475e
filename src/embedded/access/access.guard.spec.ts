import { Reflector } from '@nestjs/core';
import { controllers } from '../api-parts.js';
import { DashboardController } from '../dashboard/dashboard.controller.js';
import { SessionController } from '../dashboard/session.controller.js';
import { McpController } from '../mcp/index.js';
import { AllowedFor } from './access.guard.js';

const reflector = new Reflector();

/** The routes without {@link AllowedFor}, by controller and method. */
function openRoutes(): string[] {
  return [...controllers, McpController, DashboardController, SessionController].flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
      const { value } = Object.getOwnPropertyDescriptor(controller.prototype, name) ?? {};
      const isRoute =
        name !== 'constructor' && typeof value === 'function' && Reflect.hasMetadata('path', value);
      const isOpen = isRoute && reflector.getAllAndOverride(AllowedFor, [value, controller]) === undefined;
      return isOpen ? [`${controller.name}.${name}`] : [];
    }),
  );
}

it('Everybody may call only these routes', () => {
  expect(openRoutes()).toEqual([
    'ServerController.health',
    'ServerController.dev',
    // Answers nothing.
    'EventsController.describe',
    // Checks the event key.
    'EventsController.send',
    // Answers 405.
    'EventsController.refuse',
    // Answers 401: a subscription needs a WebSocket and a token.
    'RealtimeController.connect',
    // They answer 501.
    'UnsupportedController.durableEndpoints',
    'UnsupportedController.streams',
    'UnsupportedController.metadata',
    'UnsupportedController.traces',
    'V2EventsController.health',
    // The pages contain no secret.
    'DashboardController.page',
    'DashboardController.run',
    'DashboardController.file',
    // The login itself.
    'SessionController.begin',
  ]);
});
