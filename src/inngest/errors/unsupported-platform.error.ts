/** The host application does not run on Express. */
export class UnsupportedPlatformError extends Error {
  override readonly name = 'UnsupportedPlatformError';

  constructor(platform: string) {
    super(
      `InngestModule serves through Express, and this application runs on "${platform}". Use @nestjs/platform-express.`,
    );
  }
}
