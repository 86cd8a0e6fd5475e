# For the scripts beside this one, which source it: where the worker and its Inngest are, and how to validate them.
# Goes to the project's directory, sets `worker` and `inngest`, and defines `usage`, `refuse` and `validate`.

# What stands at the top of the script.
usage() {
  awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$script"
}

refuse() {
  printf '%s\nTry: %s --help\n' "$1" "$script" >&2
  exit 2
}

# Node reads .env as the worker does: what is in the environment wins.
with_settings() {
  if [ -f .env ]; then node --env-file=.env "$@"; else node "$@"; fi
}

validate() {
  with_settings --enable-source-maps dist/validate.js --url "$inngest" --worker "$worker" "$@"
}

is_stale() {
  [ ! -f dist/validate.js ] && return 0
  [ -d src ] && [ -n "$(find src -type f ! -name '*.spec.ts' -newer dist/validate.js)" ]
}

# Building needs the development dependencies; a machine that only runs the worker has a build instead.
build() {
  is_stale || return 0
  if [ -d src ] && [ -x node_modules/.bin/nest ]; then
    echo 'Building, because src has changed …' >&2
    node_modules/.bin/nest build >&2 || exit 2
    touch dist/validate.js
  elif [ -f dist/validate.js ]; then
    echo 'src is newer than dist. What was built before is used, because building needs: npm ci' >&2
  else
    echo 'Nothing is built. Run: npm ci && npm run build' >&2
    exit 2
  fi
}

script=$0
case ${1:-} in -h | --help)
  usage
  exit 0
  ;;
esac
cd "$(dirname "$0")/.."
worker=$(with_settings -p 'process.env.WORKER_URL || `http://localhost:${process.env.PORT || 3001}`')
inngest=$(with_settings -p '
  const { INNGEST_URL, INNGEST_DEV, INNGEST_EMBEDDED_PORT } = process.env;
  const elsewhere = INNGEST_DEV === "false" ? "https://api.inngest.com" : undefined;
  INNGEST_URL || elsewhere || `http://localhost:${INNGEST_EMBEDDED_PORT || 8288}`')
