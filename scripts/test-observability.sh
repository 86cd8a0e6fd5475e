#!/bin/sh
# Sends 5 demo tasks to a running worker: one succeeds, two fail at different steps, one has a high and one a low
# priority. Then finds each of them by its status, its event and its time, sorts them by priority and by duration, looks
# into each, counts the retries and measures the waits between them, and says where to see it. Some tasks more are
# replayed past their task id, cancelled, held up by their priority, or fail and recover without repeating a step.
#   scripts/test-observability.sh
#   WORKER_URL=http://localhost:3001 INNGEST_URL=http://localhost:8288 scripts/test-observability.sh
# Without these two, PORT and INNGEST_EMBEDDED_PORT tell, from the environment or from .env; INNGEST_EVENT_KEY and
# INNGEST_SIGNING_KEY are used when they are set. Takes about a minute, because failing takes retries.
# Exit code 0: all of it was so. 1: something was not. 2: nothing could be tried.
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
