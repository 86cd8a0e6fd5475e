#!/bin/sh
# Sends many demo tasks at once to a running worker (30, or as many as you say) and checks that of them
#   20 start at once and then one every 3 s (throttle: 20 per 60 s),
#   at most 10 execute at once (concurrency),
#   the others wait, those with a higher priority for less long.
#   scripts/test-rate-limits.sh [count]
#   WORKER_URL=http://localhost:3001 INNGEST_URL=http://localhost:8288 scripts/test-rate-limits.sh 200
# INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY are used when they are set. Each task beyond 20 takes 3 s: 30 take about half
# a minute, 200 about 9 minutes, and up to a minute before that, when others have just been started.
set -eu
cd "$(dirname "$0")/.."
count=${1:-30}
worker=${WORKER_URL:-http://localhost:3001}
inngest=${INNGEST_URL:-http://localhost:8288}

[ -f dist/validate.js ] || npm run --silent build

cat <<EOF
$count demo tasks for the worker at $worker, by the Inngest at $inngest.
While they run, look at the dashboard, $inngest: most of the runs are queued.

EOF
exec node dist/validate.js --url "$inngest" --worker "$worker" --only throttle,concurrency,priority --tasks "$count"
