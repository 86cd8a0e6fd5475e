// Nest asks for the packages that it can do without anew for every application. What is not there stays away: it is
// said at once, and without an error whose stack has to go from thread to thread.
const absent = new Set();

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  if (!specifier.startsWith('@nestjs/')) return nextResolve(specifier, context);
  if (absent.has(specifier)) throw `${specifier} is not installed.`;
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    absent.add(specifier);
    throw error;
  }
}
