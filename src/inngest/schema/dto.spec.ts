import { Injectable } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  IsInt,
  IsOptional,
  IsString,
  MinLength,
  registerDecorator,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import { eventType, NonRetriableError, type Inngest } from 'inngest';
import {
  dtoSchema,
  getInngestToken,
  InngestFunction,
  parseEventData,
  type InngestContext,
} from '../index.js';
import { call } from '../testing/call.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { startApp } from '../testing/start-app.js';

/** A constraint that can only be checked asynchronously. */
function IsKnown(options?: ValidationOptions): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isKnown',
      target: target.constructor,
      propertyName: propertyName as string,
      async: true,
      ...(options && { options }),
      validator: {
        validate: (value) => Promise.resolve(value !== 'unknown'),
        defaultMessage: () => 'id must be known',
      },
    });
}

class AddressDto {
  @IsString()
  street!: string;
}

class OrderDto {
  @IsString()
  @MinLength(3)
  @IsKnown()
  id!: string;

  @IsOptional()
  @IsInt()
  rows = 7;

  @IsOptional()
  @ValidateNested()
  @Type(() => AddressDto)
  address?: AddressDto;
}

const bad = { id: 'x', rows: 1.5, address: { street: 9 } };

describe('dtoSchema', () => {
  const check = (data: unknown, options?: object) => dtoSchema(OrderDto, options)['~standard'].validate(data);

  it('passes what fits, unknown fields too', async () => {
    expect(await check({ id: 'abc', more: 1 })).toMatchObject({ value: { id: 'abc', rows: 7 } });
  });

  it('names every wrong field by its path', async () => {
    const { issues } = await check(bad);

    expect(issues).toEqual([
      { path: ['id'], message: 'must be longer than or equal to 3 characters' },
      { path: ['rows'], message: 'must be an integer number' },
      { path: ['address', 'street'], message: 'must be a string' },
    ]);
  });

  it('waits for constraints that are asynchronous', async () => {
    expect(await check({ id: 'unknown' })).toEqual({
      issues: [{ path: ['id'], message: 'must be known' }],
    });
  });

  it('refuses unknown fields when asked to', async () => {
    expect(await check({ id: 'abc', more: 1 }, { forbidUnknownFields: true })).toEqual({
      issues: [{ path: ['more'], message: 'property more should not exist' }],
    });
  });

  it.each([null, undefined, 'text', 5, ['list']])('refuses %j, which has no fields', async (data) => {
    expect(await check(data)).toEqual({ issues: [{ path: [], message: 'must be an object' }] });
  });
});

describe('parseEventData', () => {
  it('gives an instance with defaults, without unknown fields', async () => {
    const order = await parseEventData(OrderDto, { id: 'abc', address: { street: 'Main' }, more: 1 });

    expect(order).toBeInstanceOf(OrderDto);
    expect(order.address).toBeInstanceOf(AddressDto);
    expect(order).toEqual({ id: 'abc', rows: 7, address: { street: 'Main' } });
  });

  it('rejects with an error that is not retried and names every wrong field', async () => {
    const error: unknown = await parseEventData(OrderDto, bad).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(NonRetriableError);
    expect(error).toMatchObject({
      name: 'InvalidEventError',
      message:
        'Invalid event data: id: must be longer than or equal to 3 characters; rows: must be an integer number; ' +
        'address.street: must be a string',
      cause: {
        fields: [
          { field: 'id', messages: ['id must be longer than or equal to 3 characters'] },
          { field: 'rows', messages: ['rows must be an integer number'] },
          { field: 'address.street', messages: ['street must be a string'] },
        ],
      },
    });
  });
});

describe('A bad event', () => {
  const ordered = eventType('test/ordered', { schema: dtoSchema(OrderDto) });
  const unchecked = eventType('test/unchecked');
  let runs = 0;

  @Injectable()
  class Functions {
    @InngestFunction({ id: 'schema', triggers: [ordered], retries: 5 })
    withSchema({ event }: InngestContext<typeof ordered>): unknown {
      runs++;
      return event.data;
    }

    @InngestFunction({ id: 'parsed', triggers: [unchecked], retries: 5 })
    async parsed({ event }: InngestContext<typeof unchecked>): Promise<unknown> {
      return parseEventData(OrderDto, event.data);
    }
  }

  it("fails its run at once with the fields named, by the event's schema, before the handler runs", async () => {
    const { app, url } = await startApp({ providers: [Functions] });
    runs = 0;

    const answer = await call(url, { fnId: 'app-schema', event: { name: 'test/ordered', data: bad } });
    await app.close();

    expect(runs).toBe(0);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-inngest-no-retry')).toBe('true');
    expect(answer.body).toMatchObject({
      name: 'EventValidationError',
      message:
        'id: must be longer than or equal to 3 characters, rows: must be an integer number, ' +
        'address.street: must be a string',
    });
  });

  it('fails its run at once with the fields as data, by parseEventData', async () => {
    const { app, url } = await startApp({ providers: [Functions] });

    const answer = await call(url, { fnId: 'app-parsed', event: { name: 'test/unchecked', data: bad } });
    await app.close();

    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-inngest-no-retry')).toBe('true');
    expect(answer.body).toMatchObject({
      name: 'InvalidEventError',
      cause: { fields: [{ field: 'id' }, { field: 'rows' }, { field: 'address.street' }] },
    });
  });

  it('a good one reaches the handler as it came', async () => {
    const { app, url } = await startApp({ providers: [Functions] });
    const data = { id: 'abc', more: 1 };

    const answer = await call(url, { fnId: 'app-schema', event: { name: 'test/ordered', data } });
    await app.close();

    expect(answer).toMatchObject({ status: 200, body: data });
  });

  it('is refused on sending when made by the event type, and sent when it is a plain object', async () => {
    const inngest = await FakeInngest.start();
    const { app } = await startApp({ providers: [Functions], inngest: { baseUrl: inngest.url } });
    const client = app.get<Inngest>(getInngestToken());

    const created = client.send(ordered.create({ id: 'x', rows: 1 }));
    await expect(created).rejects.toThrow('id: must be longer than or equal to 3 characters');
    await client.send({ name: 'test/ordered', data: bad });
    await app.close();
    await inngest.stop();

    expect(inngest.requests('/e/')).toHaveLength(1);
  });
});
