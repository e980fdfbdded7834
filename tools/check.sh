#!/usr/bin/env bash
# Every check of the project, in the order in which they are quickest to fail.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
$bin/ruff check .
$bin/ruff format --check .
$bin/lint-imports
$bin/pyright
$bin/python -m pytest -n 2 --dist loadfile "$@"
