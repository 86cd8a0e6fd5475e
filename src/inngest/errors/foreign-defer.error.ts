/** A function defers a function of another app, which the SDK cannot address. */
export class ForeignDeferError extends Error {
  override readonly name = 'ForeignDeferError';

  constructor(functionId: string, app: string, caller: string) {
    super(
      `The deferred function "${functionId}" belongs to the app with the id "${app}", so a function of "${caller}" cannot ` +
        'defer it. Send an event or use step.invoke, or move the function to the same app.',
    );
  }
}
