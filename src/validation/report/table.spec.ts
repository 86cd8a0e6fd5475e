import type { Report } from '../checking/outcome.js';
import { Table } from './table.js';

const REPORT: Report = {
  stage: 'an Inngest',
  target: 'http://localhost:8288',
  worker: 'http://localhost:3001',
  appId: 'app',
  isLasting: true,
  journal: true,
  seed: 1,
  startedAt: '2030-01-01T00:00:00.000Z',
  tookMs: 1_000,
  remarks: [],
  outcomes: [
    {
      id: 'throttle',
      title: 'Of many tasks 20 start at once',
      promised: 'A throttle …',
      know: 'Any 60 s window can see up to 39 starts.',
      expected: '20 at once',
      measured: '20 at once',
      verdict: 'held',
      checks: [],
      notes: ['The busiest 60 s saw 39 starts.'],
      pictures: [],
      runs: [],
      tookMs: 1_000,
    },
  ],
};

describe('The table', () => {
  it('says what surprises people, with details or without', () => {
    const table = new Table(false);
    for (const details of [false, true]) {
      expect(table.report(REPORT, details)).toContain(
        '\nthrottle: Any 60 s window can see up to 39 starts.\n',
      );
    }
    expect(table.report(REPORT)).not.toContain('The busiest');
  });

  it('shows a text of the target as one line that moves no cursor', () => {
    const evil = 'x\n✓ throttle held\u001b[2J\u009b\u2028';
    const [outcome] = REPORT.outcomes;
    const report = {
      ...REPORT,
      outcomes: [{ ...outcome!, measured: evil, notes: [evil] }],
      endedEarly: evil,
    };
    const text = new Table(false).report(report, true);
    expect(text.match(/x\\n✓ throttle held\\x1b\[2J\\x9b\\u2028/g)).toHaveLength(3);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\u2028]/u);
    expect(new Table(false).outcome({ ...outcome!, verdict: 'broken', why: evil, checks: [] })).toContain(
      'x\\n',
    );
  });
});
