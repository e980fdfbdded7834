# make run   set up .venv and start the app
# make test  set up .venv with the test tools and run every check
PYTHON ?=

.PHONY: run test test-all bench

run:
	@bash tools/setup.sh run "$(PYTHON)"
	.venv/bin/fourfold app

test:
	@bash tools/setup.sh test "$(PYTHON)"
	@bash tools/check.sh

test-all: test
	.venv/bin/python -m pytest -m slow

bench:
	@bash tools/setup.sh test "$(PYTHON)"
	.venv/bin/python -m benchmarks.run
