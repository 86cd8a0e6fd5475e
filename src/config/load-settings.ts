import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { Settings } from './settings.js';

/** Key of the parsed settings beside the raw variables; no environment variable can be called this. */
const SETTINGS = 'settings=';

/**
 * Reads the settings from the environment and from `.env` in the working directory; the environment wins.
 * They are read before the application is made, because what it is made of depends on them.
 *
 * @throws SettingsError naming every mistake at once.
 */
export async function loadSettings(): Promise<Settings> {
  const config = await ConfigModule.forRoot({
    validate: (variables) => ({ ...variables, [SETTINGS]: Settings.from(variables) }),
  });
  const context = await NestFactory.createApplicationContext(config, { logger: false });
  return context.get(ConfigService).getOrThrow<Settings>(SETTINGS);
}
