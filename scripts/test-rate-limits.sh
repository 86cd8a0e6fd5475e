#!/bin/sh
# Sends many demo tasks together to a running worker (30, or the given number) and checks that
#   20 start immediately and then one every 3 s (throttle: 20 per 60 s),
#   at most 10 execute at the same time (concurrency),
#   the others wait, and those with a higher priority wait less.
#   scripts/test-rate-limits.sh [count]
#   WORKER_URL=http://localhost:3001 INNGEST_URL=http://localhost:8288 scripts/test-rate-limits.sh 200
# Without these two, it uses PORT and INNGEST_EMBEDDED_PORT of the environment or of .env, and INNGEST_EVENT_KEY and
# INNGEST_SIGNING_KEY if they are set. Each task beyond 20 takes 3 s: 30 tasks take about half a minute, 200 about 9 minutes,
# and up to a minute longer if other tasks have just started.
# Exit code 0: everything is as promised. 1: something is not. 2: nothing could be tested.
set -eu
. "$(dirname "$0")/running-service.sh"
count=${1:-30}
case $count in *[!0-9]*) count_is=wrong ;; *) count_is=a-number ;; esac
if [ $# -gt 1 ] || [ "$count_is" = wrong ] || [ "$count" -le 20 ]; then
  refuse "The count must be one number above 20, not \"$*\": with fewer tasks none has to wait."
fi
build

cat <<EOF
$count demo tasks for the worker at $worker, by the Inngest at $inngest.
While they run, look at the dashboard, $inngest: most of the runs are queued.

EOF
validate --only throttle,concurrency,priority --tasks "$count"
