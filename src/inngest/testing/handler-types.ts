// Checked by `npm run type-check`. Each mistake follows a `@ts-expect-error`, which is an error itself if there is no
// mistake.
import { cron, eventType } from 'inngest';
import {
  dtoSchema,
  InngestFunction,
  OnInngestFailure,
  type InngestContext,
  type InngestFailureContext,
} from '../index.js';

class ImportDto {
  path!: string;
  rows?: number;
}

const importRequested = eventType('import/requested', { schema: dtoSchema(ImportDto) });
const exportRequested = eventType('export/requested', {
  schema: dtoSchema(
    class ExportDto {
      format!: string;
    },
  ),
});

/** Handlers whose parameters fit their triggers. */
export class Fitting {
  @InngestFunction({ id: 'one', triggers: importRequested })
  one({ event }: InngestContext<typeof importRequested>): string {
    return event.data.path;
  }

  @InngestFunction({ id: 'listed', triggers: [importRequested] })
  listed({ event, step }: InngestContext<typeof importRequested>): Promise<number> {
    return step.run('rows', () => event.data.rows ?? 0);
  }

  @InngestFunction({ id: 'conditional', triggers: [{ event: importRequested, if: 'event.data.rows > 1' }] })
  conditional({ event }: InngestContext<typeof importRequested>): string {
    return event.data.path;
  }

  @InngestFunction({ id: 'both', triggers: [importRequested, exportRequested] })
  both({ event }: InngestContext<[typeof importRequested, typeof exportRequested]>): string {
    return event.name === 'import/requested' ? event.data.path : event.name;
  }

  @InngestFunction({ id: 'nightly', triggers: [cron('0 3 * * *')] })
  nightly(): void {}

  @InngestFunction({ id: 'invoked-only' })
  invokedOnly({ runId, attempt, logger }: InngestContext<undefined>): string {
    logger.info('invoked');
    return `${runId} ${attempt}`;
  }

  @OnInngestFailure('one')
  failed({ error, event }: InngestFailureContext<typeof importRequested>): string {
    return `${event.data.run_id} ${event.data.event.data.path.length} ${error.message}`;
  }

  @OnInngestFailure('listed')
  failedUntyped({ error }: InngestFailureContext): string {
    return error.message;
  }
}

/** Each mistake here must be a compile error; otherwise its `@ts-expect-error` is one. */
export function mistakes(): void {
  class Mismatched {
    // @ts-expect-error the trigger's event has other data than the parameter asks for
    @InngestFunction({ id: 'other-event', triggers: [exportRequested] })
    otherEvent(context: InngestContext<typeof importRequested>): string {
      return context.runId;
    }

    // @ts-expect-error one of the two triggers does not fit
    @InngestFunction({ id: 'too-narrow', triggers: [importRequested, exportRequested] })
    tooNarrow(context: InngestContext<typeof importRequested>): string {
      return context.runId;
    }

    // @ts-expect-error a handler is called with a context and nothing else
    @InngestFunction({ id: 'more', triggers: [importRequested] })
    more(context: InngestContext<typeof importRequested>, more: string): string {
      return context.runId + more;
    }

    // @ts-expect-error a handler is not called with the event itself
    @InngestFunction({ id: 'no-context', triggers: [importRequested] })
    noContext(dto: ImportDto): string {
      return dto.path;
    }

    // @ts-expect-error `id` is missing
    @InngestFunction({ triggers: [importRequested] })
    withoutId(): void {}

    // @ts-expect-error Inngest takes 0 to 20 retries
    @InngestFunction({ id: 'retries', triggers: [importRequested], retries: 21 })
    retries(): void {}

    // @ts-expect-error the error is not a string
    @OnInngestFailure('one')
    failed(context: { error: string }): string {
      return context.error;
    }

    // @ts-expect-error only methods can be handlers
    @InngestFunction({ id: 'property', triggers: [importRequested] })
    property = 1;
  }

  const handler = ({ event }: InngestContext<typeof importRequested>): void => {
    // @ts-expect-error no such field in the data of this event
    void event.data.format;
  };
  void [Mismatched, handler];
}
