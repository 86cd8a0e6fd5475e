import { PassThrough } from 'node:stream';
import { readText } from './read-text.js';
import { AnswerBudget } from './answer-budget.js';

describe('AnswerBudget', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const piece = (size: number): Buffer => Buffer.alloc(size, 'x');

  it('has readers wait past the limit, but for one at a time, and loses nothing', async () => {
    const budget = new AnswerBudget(1_000);
    const bodies = [1, 2, 3].map(() => new PassThrough({ highWaterMark: 10 }));
    const texts = bodies.map((body) => readText(body, 2_000, 'the answer', budget));
    for (const body of bodies) body.write(piece(400));
    await settled();
    // Two fit into the budget. The third one may exceed it.
    expect(budget.taken).toBe(1_200);

    for (const body of bodies) body.write(piece(400));
    await settled();
    await settled();
    // Only the third one reads on.
    expect(budget.taken).toBe(1_600);

    for (const body of bodies) body.end();
    expect((await Promise.all(texts)).map(({ length }) => length)).toEqual([800, 800, 800]);
    expect(budget.taken).toBe(0);
  });

  it('gives back what was taken for an answer that is too large, or breaks off', async () => {
    const budget = new AnswerBudget(1_000);
    const [large, broken] = [new PassThrough(), new PassThrough()];
    const reading = [large, broken].map((body) => readText(body, 500, 'the answer', budget));
    const outcomes = Promise.allSettled(reading);
    for (const body of [large, broken]) body.write(piece(400));
    await settled();
    expect(budget.taken).toBe(800);
    large.write(piece(400));
    broken.destroy(new Error('gone'));

    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(budget.taken).toBe(0);
  });
});
