#!/usr/bin/env bash
# What needs no run of the product: format, floors, types, keys of the catalogues.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
$bin/ruff check .
$bin/ruff format --check .
$bin/lint-imports
$bin/pyright
$bin/python -m pytest tests/repository/test_catalogues.py tests/repository/test_text_keys.py
