// Checked by `npm run type-check`. Each mistake follows a `@ts-expect-error`, which is an error itself if there is no
// mistake.
import { eventType, Middleware, staticSchema } from 'inngest';
import {
  InngestFunction,
  OnInngestFailure,
  type InngestContext,
  type InngestFailureContext,
  type InngestModuleOptions,
} from '../index.js';

const asked = eventType('test/asked', { schema: staticSchema<{ path: string }>() });

class TenantMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'tenant';

  override transformFunctionInput(arg: Middleware.TransformFunctionInputArgs) {
    const step = { ...arg.ctx.step, greet: (name: string): Promise<string> => Promise.resolve(name) };
    return { ...arg, ctx: { ...arg.ctx, tenant: { id: 'acme' }, step } };
  }
}

class UserMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'user';

  override transformFunctionInput(arg: Middleware.TransformFunctionInputArgs) {
    return { ...arg, ctx: { ...arg.ctx, user: 'ada' } };
  }
}

/** The form in which the `middleware` option of a module is written. */
const middleware = [TenantMiddleware, UserMiddleware] as const;

export const options: InngestModuleOptions = { id: 'app', middleware };

/** An application may define the context of all its functions once. */
type AppContext<TTriggers extends Parameters<typeof InngestFunction>[0]['triggers']> = InngestContext<
  TTriggers,
  typeof middleware
>;

/** Handlers that use the additions of middleware. */
export class Fitting {
  @InngestFunction({ id: 'client', triggers: [asked] })
  async client({ tenant, user, event, step, logger }: AppContext<typeof asked>): Promise<string> {
    logger.info(event.data.path.length);
    const rows = await step.run('rows', () => ({ at: new Date(0) }));
    return (await step.greet(tenant.id)) + user.length + rows.at.length;
  }

  @InngestFunction({ id: 'own', triggers: [asked], middleware: [UserMiddleware] })
  own({ user, runId }: InngestContext<typeof asked, [typeof UserMiddleware]>): string {
    return user + runId;
  }

  @InngestFunction({ id: 'both', triggers: [asked, { cron: '0 3 * * *' }] })
  both({ tenant }: InngestContext<[typeof asked, { cron: string }], [typeof TenantMiddleware]>): string {
    return tenant.id;
  }

  @InngestFunction({ id: 'plain', triggers: [asked] })
  plain({ event }: InngestContext<typeof asked>): string {
    return event.data.path;
  }

  @OnInngestFailure('client')
  failed({ user, error, event }: InngestFailureContext<typeof asked, typeof middleware>): string {
    return user + error.message + event.data.event.data.path;
  }
}

/** Each mistake here must be a compile error; otherwise its `@ts-expect-error` is one. */
export function mistakes(): void {
  const other = eventType('test/other', { schema: staticSchema<{ size: number }>() });

  class Mismatched {
    // @ts-expect-error the trigger's event has other data than the parameter asks for, whatever the middleware
    @InngestFunction({ id: 'other-event', triggers: [other] })
    otherEvent({ user }: InngestContext<typeof asked, typeof middleware>): string {
      return user;
    }

    // @ts-expect-error an addition that no middleware is named for
    @InngestFunction({ id: 'unnamed', triggers: [asked] })
    unnamed({ user }: InngestContext<typeof asked> & { user: string }): string {
      return user;
    }
  }

  // @ts-expect-error no middleware is named, so there is no `user`
  const without = ({ user }: InngestContext<typeof asked>): unknown => user;
  const misspelt = ({ tenant, step }: InngestContext<typeof asked, typeof middleware>): void => {
    // @ts-expect-error an addition has its own type
    void tenant.name;
    // @ts-expect-error so has a step
    void step.greet(1);
  };
  // @ts-expect-error this middleware adds no tenant
  const other2 = ({ tenant }: InngestContext<typeof asked, [typeof UserMiddleware]>): unknown => tenant;
  void [Mismatched, without, misspelt, other2];
}
