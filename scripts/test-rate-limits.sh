#!/bin/sh
# Sends many demo tasks at once to a running worker (30, or as many as you say) and checks that of them
#   20 start at once and then one every 3 s (throttle: 20 per 60 s),
#   at most 10 execute at once (concurrency),
#   the others wait, those with a higher priority for less long.
#   scripts/test-rate-limits.sh [count]
#   WORKER_URL=http://localhost:3001 INNGEST_URL=http://localhost:8288 scripts/test-rate-limits.sh 200
# Without these two, PORT and INNGEST_EMBEDDED_PORT tell, from the environment or from .env; INNGEST_EVENT_KEY and
# INNGEST_SIGNING_KEY are used when they are set. Each task beyond 20 takes 3 s: 30 take about half a minute, 200 about
# 9 minutes, and up to a minute before that, when others have just been started.
# Exit code 0: all of it was so. 1: something was not. 2: nothing could be tried.
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
