/** A reference is asked for to a method that is no Inngest function. */
export class NotAFunctionError extends Error {
  override readonly name = 'NotAFunctionError';

  static ofMethod(className: string, method: string): NotAFunctionError {
    return new NotAFunctionError(
      `There is no reference to ${className}.${method}: the method has neither @InngestFunction nor @InngestDefer.`,
    );
  }

  /** The class was undefined. */
  static ofNoClass(method: string): NotAFunctionError {
    return new NotAFunctionError(
      `There is no reference to the method "${method}" of an undefined class. If two files import each other, resolve the ` +
        `token later: @Inject(forwardRef(() => getInngestFunctionToken(Class, '${method}'))).`,
    );
  }
}
