import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Compiles one file under the project's own settings. */
function errorsIn(path: string): string[] {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const { options } = ts.getParsedCommandLineOfConfigFile('tsconfig.json', { strict: true }, host) ?? {};
  const file = fileURLToPath(new URL(path, import.meta.url));
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options ?? {}))
    .map(({ start, messageText }) => `${start}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

describe('The types of handlers', () => {
  // Each mistake in that file stands under `@ts-expect-error`, which is an error itself where there is no mistake.
  it('make a handler that does not fit its trigger a compile error, and let those pass that fit', () => {
    expect(errorsIn('testing/handler-types.ts')).toEqual([]);
  }, 60_000);
});
