/** Two imports of InngestModule have the same name, id or path. */
export class DuplicateAppError extends Error {
  override readonly name = 'DuplicateAppError';

  /** @param importers the classes of the modules that import it */
  static ofName(name: string | undefined, importers: readonly string[]): DuplicateAppError {
    const where = `in ${importers.join(' and ')}`;
    return new DuplicateAppError(
      name === undefined
        ? `InngestModule is imported twice without a name, ${where}. Import it once, with \`isGlobal: true\` if other modules ` +
            "need it, or give the second app a name: InngestModule.forRoot({ name: 'billing', ... })."
        : `InngestModule is imported twice under the name "${name}", ${where}. Import it once, or give the second app ` +
            'another name.',
    );
  }

  static ofPath(path: string, names: readonly string[]): DuplicateAppError {
    return new DuplicateAppError(
      `The apps ${listed(names)} are both served at ${path}. Give one of them another \`path\`.`,
    );
  }

  static ofId(id: string, names: readonly string[]): DuplicateAppError {
    return new DuplicateAppError(
      `The apps ${listed(names)} both have the id "${id}", so Inngest would keep the functions of one of them only. ` +
        'Give one of them another `id`.',
    );
  }
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' and ');
}
