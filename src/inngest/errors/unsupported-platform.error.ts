/** The host application runs neither on Express nor on Fastify. */
export class UnsupportedPlatformError extends Error {
  override readonly name = 'UnsupportedPlatformError';

  constructor(platform: string) {
    super(
      `InngestModule serves through Express or Fastify, and this application runs on "${platform}". ` +
        'Use @nestjs/platform-express. @nestjs/platform-fastify will do too, and an app with `sendOnly: true` needs neither.',
    );
  }
}
