import { parse } from 'graphql';
import { assertWithinLimits } from './operation-limits.js';

/** Forty fields for each task of a page. That is too many for 100 tasks, but not for 20. */
const FIELDS = Array.from({ length: 40 }, (_, i) => `x${i}: __typename`).join(' ');
const QUERY = `query ($n: Int = 100) { demoTasks(first: $n) { edges { node { ${FIELDS} } } } }`;

describe('The cost of a page', () => {
  it.each([[undefined], [null], [{}], [{ n: 100 }]])(
    'is that of as many tasks as the variable stands for: %j',
    (variables) => {
      expect(() => assertWithinLimits(parse(QUERY), undefined, variables)).toThrow(/costs 4\d{3}/);
    },
  );

  it.each([[{ n: 20 }], [{ n: null }]])(
    'is not that of its default where another is given: %j',
    (variables) => {
      expect(() => assertWithinLimits(parse(QUERY), undefined, variables)).not.toThrow();
    },
  );
});
