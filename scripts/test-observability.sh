#!/bin/sh
# Sends 5 demo tasks to a running worker: one succeeds, two fail at different steps, one has a high and one a low
# priority. Then finds each of them by its status, its event and its time, looks into it, and says where to see it.
#   scripts/test-observability.sh
#   WORKER_URL=http://localhost:3001 INNGEST_URL=http://localhost:8288 scripts/test-observability.sh
# INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY are used when they are set. Takes about 40 s, because failing takes retries.
set -eu
cd "$(dirname "$0")/.."
worker=${WORKER_URL:-http://localhost:3001}
inngest=${INNGEST_URL:-http://localhost:8288}

[ -f dist/validate.js ] || npm run --silent build

cat <<EOF
5 demo tasks for the worker at $worker, by the Inngest at $inngest.
While they run, look at the dashboard, $inngest: the list of runs fills, with filters by status, time and event.

EOF

code=0
node dist/validate.js --url "$inngest" --worker "$worker" --only history --details || code=$?
[ "$code" -eq 2 ] && exit "$code"

cat <<EOF

In the dashboard, $inngest, for each of the runs above:
  the waterfall of its steps, each with its time, and with every attempt of the one that fails
  what went in, what each step returned, and the error with its stack
  a button that replays it, whatever its task id
EOF
exit "$code"
