import { Ids, isUlid, seededIds, ulidFloor } from './ids.js';

const MANY = 1_000;

describe('ULIDs', () => {
  let now: number;
  let ids: Ids;

  beforeEach(() => {
    now = 0;
    ids = new Ids({ now: () => now } as ConstructorParameters<typeof Ids>[0]);
  });

  it('are ULIDs, also in the first millisecond of 1970', () => {
    const id = ids.ulid();

    expect(isUlid(id)).toBe(true);
    expect(id.startsWith('0000000000')).toBe(true);
  });

  it.each([0, 1_767_225_600_000])('sort in the order in which they were made, at %p', (time) => {
    now = time;
    const made = Array.from({ length: MANY }, () => ids.ulid());
    now += 1;
    made.push(ids.ulid());
    // The clock is put back.
    now -= 10;
    made.push(ids.ulid());

    expect(made).toEqual([...new Set(made)].toSorted());
    expect(made.every(isUlid)).toBe(true);
  });

  it('sort in their order also when half of the entropy overflows', () => {
    now = 5;
    ids.ulid();
    Object.assign(ids, { secondHalf: 2 ** 40 - 2 });
    const made = [ids.ulid(), ids.ulid(), ids.ulid()];

    expect(made[0]?.endsWith('ZZZZZZZZ')).toBe(true);
    expect(made[1]?.endsWith('00000000')).toBe(true);
    expect(made).toEqual(made.toSorted());
  });

  it('begin with the time', () => {
    now = 1_767_225_600_123;

    expect(ids.ulid().slice(0, 10)).toBe(ulidFloor(now).slice(0, 10));
  });

  it('of a seed count on from its entropy', () => {
    const entropy = Buffer.from('0000000001ffffffffff', 'hex').toString('base64');

    expect(seededIds(`1,${entropy}`, 2)).toEqual([
      '00000000010000000200000000',
      '00000000010000000200000001',
    ]);
  });

  it('are random from millisecond to millisecond', () => {
    const ends = Array.from({ length: MANY }, () => (now++, ids.ulid().slice(10)));

    expect(new Set(ends).size).toBe(MANY);
  });
});
