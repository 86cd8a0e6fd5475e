/** A package that the project must install itself is missing. The message says what needs it, and how to install it. */
export class MissingPackageError extends Error {
  override name = 'MissingPackageError';

  constructor(
    /** The package that is missing. */
    readonly packageName: string,
    neededBy: string,
  ) {
    super(`${neededBy} needs ${packageName}, which is not installed. Run: npm install ${packageName}`);
  }
}

/**
 * Loads a package that only some projects need.
 *
 * @param packageName as it is installed
 * @param neededBy the subject of the error, such as "The embedded server"
 * @param load imports the package, with its name as a literal, so that tools find it
 * @throws MissingPackageError if the package is not installed
 */
export async function optionalPackage<T>(
  packageName: string,
  neededBy: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (isMissing(packageName, error)) throw new MissingPackageError(packageName, neededBy);
    throw error;
  }
}

/**
 * Whether this package is missing, and not one that it imports. Jest's error code differs from that of Node's import.
 */
function isMissing(packageName: string, error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isNotFound && message.includes(`'${packageName}'`);
}
