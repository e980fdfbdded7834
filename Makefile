# make run   set up .venv and start the app
# make faults  kill every kind of write 200 times, run 1,750 hostile commands, read 10,000 damaged files
# make test  set up .venv with the test tools and run every check
PYTHON ?=

.PHONY: run test test-all faults bench

run:
	@bash tools/setup.sh run "$(PYTHON)"
	.venv/bin/fourfold app

test:
	@bash tools/setup.sh test "$(PYTHON)"
	@bash tools/check.sh

test-all: test
	.venv/bin/python -m pytest -m slow

faults:
	@bash tools/setup.sh test "$(PYTHON)"
	.venv/bin/python -m pytest tests/faults tests/cases -n 2 --dist loadfile -m "slow or not slow"
	.venv/bin/python -m tests.faults.kills
	.venv/bin/python -m tests.faults.hostile
	.venv/bin/python -m tests.faults.fuzz 10000

bench:
	@bash tools/setup.sh test "$(PYTHON)"
	.venv/bin/python -m benchmarks.run
