#!/usr/bin/env bash
# Makes .venv in the project's root from a hashed lock; quick when nothing changed.
# usage: setup.sh run|test|browser [python]; browser is test with a browser for the page tests
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1
python=${2:-}
browser=
[ "$kind" = browser ] && kind=test browser=yes
lock=requirements.lock
[ "$kind" = test ] && lock=requirements-test.lock

find_python() {
  local candidate
  for candidate in ${python:-python3.13 python3.12 python3.11 python3 python}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "Fourfold needs Python 3.11 or newer: install it, or name it with make PYTHON=…" >&2
  exit 1
}

digest() { cat "$lock" pyproject.toml | cksum; }

# What the tests need includes what the app needs, so a test environment also serves make run.
stamp=.venv/fourfold-$kind
if [ "$kind" = run ] && [ -f .venv/fourfold-test ] && [ ! -f "$stamp" ]; then
  stamp=.venv/fourfold-test
  lock=requirements-test.lock
fi
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$(digest)" ]; then
  interpreter=$(find_python)
  [ -x .venv/bin/python ] || "$interpreter" -m venv .venv
  echo "Installing from $lock …"
  # Without bytecode every start would compile the libraries again.
  unset PYTHONDONTWRITEBYTECODE
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
    --no-build-isolation --editable .
  .venv/bin/python -m compileall -q actions analysis charts cli fourfold indicators locales pages reports survey_data app.py || true
  digest >"$stamp"
fi

if [ -n "$browser" ] && ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null \
  && [ -z "${FOURFOLD_BROWSER:-}" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing a browser for the page tests …"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
  else
    echo "The page tests need a browser: install chromium and fonts-noto-cjk," \
      "or name one in FOURFOLD_BROWSER." >&2
    exit 1
  fi
fi
