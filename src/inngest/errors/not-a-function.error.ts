/** A reference was requested for a method that is not an Inngest function. */
export class NotAFunctionError extends Error {
  override readonly name = 'NotAFunctionError';

  static ofMethod(className: string, method: string): NotAFunctionError {
    return new NotAFunctionError(
      `Cannot reference ${className}.${method}: the method has neither @InngestFunction nor @InngestDefer.`,
    );
  }

  /** The class is undefined, for example because two files import each other. */
  static ofNoClass(method: string): NotAFunctionError {
    return new NotAFunctionError(
      `Cannot reference the method "${method}" of an undefined class. If two files import each other, resolve the ` +
        `token later: @Inject(forwardRef(() => getInngestFunctionToken(Class, '${method}'))).`,
    );
  }
}
