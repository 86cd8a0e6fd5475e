import { Expose, Transform, Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, MinLength, ValidateNested } from 'class-validator';
import { dtoSchema, parseEventData } from '../index.js';

class Empty {}

class Typed {
  @Type(() => Date)
  at!: Date;
}

class Exposed {
  @Expose({ name: 'order_id' })
  orderId!: string;

  @Transform(({ value }) => Number(value))
  rows!: number;
}

class Inner {
  @IsInt()
  n!: number;
}

const check = (Dto: new () => object, data: unknown, options?: object): unknown =>
  dtoSchema(Dto, options)['~standard'].validate(data);

describe('A class without decorators of class-validator', () => {
  it.each([
    [Empty, {}, {}],
    [Empty, { more: 1 }, {}],
    [Typed, { at: '2026-01-02T00:00:00Z', more: 1 }, { at: new Date('2026-01-02T00:00:00Z') }],
    [Exposed, { order_id: 'o', rows: '7', more: 1 }, { orderId: 'o', rows: 7 }],
  ])('fits any object, transformed, without unknown fields: %s %j', async (Dto, data, expected) => {
    expect(await check(Dto, data)).not.toHaveProperty('issues');
    const parsed = await parseEventData(Dto as new () => object, data);

    expect(parsed).toBeInstanceOf(Dto);
    expect({ ...parsed }).toEqual(expected);
  });

  it('refuses unknown fields when asked to, and what is no object', async () => {
    const refused = { issues: [{ path: ['more'], message: 'property more should not exist' }] };

    expect(await check(Typed, { at: '2026-01-02', more: 1 }, { forbidUnknownFields: true })).toEqual(refused);
    expect(await check(Empty, { more: 1 }, { forbidUnknownFields: true })).toEqual(refused);
    expect(await check(Empty, 5)).toEqual({ issues: [{ path: [], message: 'must be an object' }] });
  });

  it('fits inside of another too', async () => {
    class Outer {
      @ValidateNested()
      @Type(() => Typed)
      typed!: Typed;

      @ValidateNested({ each: true })
      @Type(() => Empty)
      list!: Empty[];
    }
    const at = new Date('2026-01-02T00:00:00Z');
    const data = { typed: { at: at.toISOString(), more: 1 }, list: [{}, { more: 1 }] };

    expect(await parseEventData(Outer, data)).toMatchObject({ typed: { at }, list: [{}, {}] });
    expect(JSON.stringify(await parseEventData(Outer, data))).not.toContain('more');
    expect(await check(Outer, data, { forbidUnknownFields: true })).toEqual({
      issues: [
        { path: ['typed', 'more'], message: 'property more should not exist' },
        { path: ['list', '1', 'more'], message: 'property more should not exist' },
      ],
    });
  });
});

describe('A forgotten @Type', () => {
  class Forgetful {
    @ValidateNested()
    inner!: Inner;

    @IsOptional()
    @ValidateNested({ each: true })
    list?: Inner[];
  }
  const words = 'needs @Type(() => …) beside @ValidateNested(): without it its fields cannot be checked';

  it('is named, with the field that lacks it', async () => {
    expect(await check(Forgetful, { inner: { n: 1 } })).toEqual({
      issues: [{ path: ['inner'], message: words }],
    });
    await expect(parseEventData(Forgetful, { inner: { n: 1 } })).rejects.toThrow(
      `Invalid event data: inner: ${words}`,
    );
  });

  it('is named in a list', async () => {
    const answer = await check(Forgetful, { inner: { n: 1 }, list: [{ n: 1 }, { n: 2 }] });

    expect(answer).toMatchObject({
      issues: [{ path: ['inner'] }, { path: ['list', '0'], message: words }, { path: ['list', '1'] }],
    });
  });
});

it('tells a message that only begins as the name does in full', async () => {
  class Short {
    @IsString()
    @MinLength(3, { message: 'a longer one is needed' })
    a!: string;
  }

  expect(await check(Short, { a: 'x' })).toEqual({
    issues: [{ path: ['a'], message: 'a longer one is needed' }],
  });
  await expect(parseEventData(Short, { a: 'x' })).rejects.toThrow('a: a longer one is needed');
});
