# The scripts in this folder source this file. It changes to the project's directory, sets `worker` and `inngest` to the
# addresses of the worker and its Inngest, and defines `usage`, `refuse` and `validate`.

# Prints the comment at the top of the script.
usage() {
  awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$script"
}

refuse() {
  printf '%s\nTry: %s --help\n' "$1" "$script" >&2
  exit 2
}

# Node reads .env like the worker: the environment takes precedence.
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

# Building needs the development dependencies. A machine that only runs the worker has a build but not these.
build() {
  is_stale || return 0
  if [ -d src ] && [ -x node_modules/.bin/nest ]; then
    echo 'Building, because src has changed …' >&2
    # A service that runs from a bundle loads parts of it later.
    if [ -d dist/bundle ]; then bundle=yes; else bundle=no; fi
    node_modules/.bin/nest build >&2 || exit 2
    if [ "$bundle" = yes ]; then node scripts/bundle.mjs >&2 || exit 2; fi
    touch dist/validate.js
  elif [ -f dist/validate.js ]; then
    echo 'src is newer than dist. The old build is used, because a new build needs: npm ci' >&2
  else
    echo 'There is no build. Run: npm ci && npm run build' >&2
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
