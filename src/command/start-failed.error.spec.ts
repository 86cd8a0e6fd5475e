import { MissingPackageError, NoSqliteError } from '../embedded/index.js';
import { parseCommand, type ServeOptions } from './command-options.js';
import { StartFailedError } from './start-failed.error.js';

const options = parseCommand([]) as ServeOptions;

describe('A start of the command that fails', () => {
  it.each([
    [
      new MissingPackageError('@nestjs/platform-express', 'The embedded Inngest'),
      'The embedded Inngest needs @nestjs/platform-express, which is not installed. Run: npm install @nestjs/platform-express',
    ],
    [new NoSqliteError(), expect.stringContaining('npm install libsql') as string],
  ])('names what has to be installed: %s', (error, message) => {
    const shown = StartFailedError.of(error, options);

    expect(shown).toBeInstanceOf(StartFailedError);
    expect((shown as Error).message).toEqual(message);
  });

  it('shows an error that nobody expected as it is', () => {
    const error = new Error('unexpected');

    expect(StartFailedError.of(error, options)).toBe(error);
  });
});
