import { including } from '../expectations.js';
import type { SubscriptionScenario } from '../scenario.js';

const message = including({ kind: 'data', topic: 'progress', data: { pct: 5 } });

/** How subscribers of realtime messages send their token: web pages in the query, programs (the Go SDK) in a header. */
export const subscriptions: SubscriptionScenario[] = [
  {
    kind: 'subscription',
    id: 'realtime-token-in-header',
    title: 'a subscriber shows its realtime token in `Authorization`, as the Go SDK does',
    notRecorded: true,
    token: 'in the header',
    sees: message,
  },
  {
    kind: 'subscription',
    id: 'realtime-token-in-query',
    title: 'a subscriber shows its realtime token in the query, as a page must',
    notRecorded: true,
    token: 'in the query',
    sees: message,
  },
  {
    kind: 'subscription',
    id: 'realtime-token-of-nobody',
    title: 'a subscriber whose token in `Authorization` is of no server is refused',
    notRecorded: true,
    token: 'of nobody, in the header',
    sees: { status: 401 },
  },
];
