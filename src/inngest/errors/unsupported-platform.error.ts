/** The host application uses an HTTP platform other than Express and Fastify. */
export class UnsupportedPlatformError extends Error {
  override readonly name = 'UnsupportedPlatformError';

  constructor(platform: string) {
    super(
      `InngestModule supports Express and Fastify, but this application runs on "${platform}". ` +
        'Use @nestjs/platform-express. @nestjs/platform-fastify works too; an app that only sends events can set `sendOnly: true` instead.',
    );
  }
}
