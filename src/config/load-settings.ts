import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { SettingsError } from './settings.error.js';
import { Settings } from './settings.js';

/** The key of the parsed settings beside the raw variables. No environment variable can have this name. */
const SETTINGS = 'settings=';

/**
 * Reads the settings from the environment and from `.env` in the working directory; the environment takes precedence.
 * This happens before the application is created, because its modules depend on the settings.
 *
 * @throws SettingsError if variables are invalid; the message names every mistake
 */
export async function loadSettings(): Promise<Settings> {
  const config = await configuration();
  const context = await NestFactory.createApplicationContext(config, { logger: false });
  return context.get(ConfigService).getOrThrow<Settings>(SETTINGS);
}

async function configuration(): ReturnType<typeof ConfigModule.forRoot> {
  try {
    return await ConfigModule.forRoot({
      validate: (variables) => ({ ...variables, [SETTINGS]: Settings.from(variables) }),
    });
  } catch (error) {
    // An error of the file system: `.env` is a folder, as container runtimes create one for a missing mount, or is not
    // readable.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    const reason = (error as Error).message;
    throw new SettingsError([`.env cannot be read (${reason}); make it a readable file, or remove it.`]);
  }
}
