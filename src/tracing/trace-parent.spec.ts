import { parseTraceParent, traceIdOfRun } from './trace-parent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('parseTraceParent', () => {
  it('reads what W3C describes, also of a later version', () => {
    const parent = { traceId: TRACE, spanId: SPAN };
    expect(parseTraceParent(`00-${TRACE}-${SPAN}-01`)).toEqual({ ...parent, isSampled: true });
    expect(parseTraceParent(`00-${TRACE}-${SPAN}-02`)).toEqual({ ...parent, isSampled: false });
    expect(parseTraceParent(`01-${TRACE}-${SPAN}-03-more`)).toEqual({ ...parent, isSampled: true });
  });

  it.each([
    undefined,
    null,
    5,
    {},
    '',
    `00-${TRACE}-${SPAN}`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\nx`,
  ])('takes nothing else: %j', (value) => {
    expect(parseTraceParent(value)).toBeUndefined();
  });
});

describe('traceIdOfRun', () => {
  it('is the same for a run on every worker, and another one for another run', () => {
    const traceId = traceIdOfRun('01RUN');
    expect(traceIdOfRun('01RUN')).toBe(traceId);
    expect(parseTraceParent(`00-${traceId}-${SPAN}-01`)).toMatchObject({ traceId });
    expect(traceIdOfRun('02RUN')).not.toBe(traceId);
  });
});
