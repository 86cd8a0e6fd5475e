import { figuresTable, goalsTable, isMet } from './report.js';

describe('The report of the bench', () => {
  it('shows a column for each that was measured', () => {
    const figures = [
      { name: 'latency', subject: 'floor', value: 5.934, unit: 'ms' },
      { name: 'latency', subject: 'embedded', value: 12.4, unit: 'ms' },
      { name: 'events', subject: 'embedded', value: 15_234.6, unit: 'events/s' },
    ];
    expect(figuresTable({ figures, goals: [] }).split('\n')).toEqual([
      '             floor         embedded',
      '  latency  5.93 ms          12.4 ms',
      '  events         -  15,235 events/s',
    ]);
  });

  it('says which goals are met', () => {
    const goals = [
      { name: 'latency / floor', value: 1.49, unit: '×', atMost: 1.5 },
      { name: 'events', value: 14_000, unit: '', atLeast: 15_000 },
    ];
    expect(goals.map(isMet)).toEqual([true, false]);
    expect(goalsTable({ figures: [], goals }, (text) => text).split('\n')).toEqual([
      '  goal             measured     wanted',
      '  latency / floor    1.49 ×   <= 1.5 ×      met',
      '  events             14,000  >= 15,000  not met',
    ]);
  });

  it('has no goal met by what could not be measured', () => {
    expect(isMet({ name: 'latency', value: Number.NaN, unit: 'ms', atMost: 1 })).toBe(false);
  });
});
