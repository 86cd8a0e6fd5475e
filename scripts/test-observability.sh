#!/bin/sh
# Sends 5 demo tasks to a running worker: one succeeds, two fail at different steps, one has a high and one a low
# priority. Then it finds each of them by status, event and time, sorts them by priority and by duration, reads each run,
# counts the retries, measures the delays between them, and prints where to see them. It sends further tasks that it replays
# despite their task id, that it cancels, that their priority delays, and that fail and recover without repeating a step.
#   scripts/test-observability.sh
#   WORKER_URL=http://localhost:3001 INNGEST_URL=http://localhost:8288 scripts/test-observability.sh
# Without these two, it uses PORT and INNGEST_EMBEDDED_PORT of the environment or of .env, and INNGEST_EVENT_KEY and
# INNGEST_SIGNING_KEY if they are set. It takes about a minute, because of the retries.
# Exit code 0: everything is as promised. 1: something is not. 2: nothing could be tested.
set -eu
. "$(dirname "$0")/running-service.sh"
[ $# -eq 0 ] || refuse "It takes no arguments, not \"$*\"."
build

cat <<EOF
5 demo tasks and some more for the worker at $worker, by the Inngest at $inngest.
While they run, look at the dashboard, $inngest: the list of runs fills, with filters by status, time and event.

EOF

code=0
validate --only history,lists,retries,failure-handler,replay,memoization,negative-priority --details || code=$?
[ "$code" -eq 2 ] && exit "$code"

cat <<EOF

In the dashboard, $inngest, for each of the runs above:
  the waterfall of its steps, each with its time, and with every attempt of the one that fails
  what went in, what each step returned, and the error with its stack
  a button that replays it, whatever its task id
EOF
exit "$code"
