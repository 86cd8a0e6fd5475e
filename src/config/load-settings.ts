import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { SettingsError } from './settings.error.js';
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
    // Of the file system: a folder in the file's place, as container runtimes make one, or no permission.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    const reason = (error as Error).message;
    throw new SettingsError([`.env cannot be read (${reason}); make it a readable file, or remove it.`]);
  }
}
