import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Clock, holdWhileOpen } from './clock/index.js';
import { Settings } from './config/index.js';
import { useWorkerGuards } from './worker-guards.js';

/**
 * Options for creating the application that {@link setUpApp} sets up. `BodiesModule` reads the bodies, not Nest's
 * parser.
 */
export const APP_OPTIONS = { bodyParser: false } as const;

/** Sets up the parts of the application that are not modules. The service and the tests share it. */
export function setUpApp(app: NestExpressApplication): void {
  app.use(holdWhileOpen(app.get(Clock), (request) => request.get('accept') === 'text/event-stream'));
  const settings = app.get(Settings);
  useWorkerGuards(app, settings);
  setUpDocs(app, settings);
}

function setUpDocs(app: INestApplication, { apiTokens }: Settings): void {
  const description =
    'Runs durable background tasks on Inngest. Request a demo task and read its status here; see everything else in the dashboard.';
  const document = new DocumentBuilder().setTitle('Background task worker').setDescription(description);
  if (apiTokens.length > 0) {
    document
      .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'One of the tokens in API_TOKENS.' })
      .addSecurityRequirements('bearer');
  }
  const config = document.build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'docs/openapi.json',
  });
}
