import { MissingPackageError, optionalPackage } from './optional-package.js';

/** An import that fails as Node or Jest reports a missing module. */
function notFound(code: string, message: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(message), { code }));
}

describe('An optional package', () => {
  it('is what was loaded', async () => {
    await expect(optionalPackage('some-package', 'It', () => Promise.resolve(7))).resolves.toBe(7);
  });

  it.each([
    ['ERR_MODULE_NOT_FOUND', "Cannot find package 'some-package' imported from /app/index.js"],
    ['MODULE_NOT_FOUND', "Cannot find module 'some-package' from 'index.js'"],
  ])('that is missing is named with the command that installs it: %s', async (code, message) => {
    const loading = optionalPackage('some-package', 'The embedded server', notFound(code, message));

    await expect(loading).rejects.toThrow(MissingPackageError);
    await expect(loading).rejects.toThrow(
      'The embedded server needs some-package, which is not installed. Run: npm install some-package',
    );
  });

  it('that is there but lacks a package of its own shows the original error', async () => {
    const message = "Cannot find package 'another' imported from /app/node_modules/some-package/index.js";
    const loading = optionalPackage('some-package', 'It', notFound('ERR_MODULE_NOT_FOUND', message));

    await expect(loading).rejects.toThrow(message);
  });
});
