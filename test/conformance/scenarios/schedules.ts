import { including, satisfying } from '../expectations.js';
import type { FunctionSpec, HttpScenario, ScheduleScenario } from '../scenario.js';
import { stepByStep } from './words.js';

const scheduled = (id: string, cron: string): FunctionSpec =>
  stepByStep(id, async () => 'ticked', { triggers: [{ cron }] });

const WEEK = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The seven days of a week, starting with any day. */
const daily = satisfying('every day of a week', (days) => {
  const seen = days as string[];
  return seen.length === WEEK.length && WEEK.every((day) => seen.includes(day));
});

/** How a schedule is registered, and on which days one with both day fields ticks (from the code of robfig/cron 3.0.1). */
export const schedules: (HttpScenario | ScheduleScenario)[] = [
  {
    kind: 'http',
    id: 'cron',
    title: 'a schedule is registered with its time zone',
    notRecorded: true,
    functions: [
      // Once a year, so that it does not keep a running server or a test busy.
      scheduled('yearly', 'TZ=Europe/Berlin 0 0 1 1 *'),
    ],
    exchanges: [
      {
        title: 'the function',
        request: { method: 'GET', path: '/api/v2/apps/{app}/functions/yearly' },
        answer: {
          status: 200,
          body: including({
            data: including({
              id: 'yearly',
              triggers: [{ type: 'CRON', value: 'TZ=Europe/Berlin 0 0 1 1 *' }],
            }),
          }),
        },
      },
    ],
  },
  {
    kind: 'schedule',
    id: 'cron-days',
    title:
      'with a star in a list of days (*/1; 1,*) both day fields must fit: `0 0 */1 * 1` ticks on Mondays; ' +
      'without one either is enough',
    notRecorded: true,
    onlyEmbedded: 'a week is too long to wait for in real time',
    apart: true,
    functions: [
      scheduled('star-with-step', '0 0 */1 * 1'),
      scheduled('star-in-list', '0 0 1,* * 1'),
      scheduled('star-of-weekdays', '0 0 1-31 * */1'),
      scheduled('no-star', '0 0 1-31 * 1'),
    ],
    days: WEEK.length,
    ticks: {
      'star-with-step': ['Mon'],
      'star-in-list': ['Mon'],
      'star-of-weekdays': daily,
      'no-star': daily,
    },
  },
];
