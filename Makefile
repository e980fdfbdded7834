# make run       set up .venv and start the app
# make check     format, floors, types, keys of the catalogues: under a minute
# make test      set up .venv with the test tools, check, and run the quick tests
# make lanes     the tests that need a browser or PostgreSQL, and the attacks
# make test-all  all of these, and what takes minutes
# make faults    kill every kind of write 200 times, run 1,750 hostile commands, read 10,000 damaged files
# make bench     timings against their targets
PYTHON ?=
PYTEST = .venv/bin/python -m pytest -n 2 --dist loadfile
LANES = browser or postgres or attacks

.PHONY: run check test lanes test-all faults bench

run:
	@bash tools/setup.sh run "$(PYTHON)"
	.venv/bin/fourfold app

check:
	@bash tools/setup.sh test "$(PYTHON)"
	@bash tools/check.sh

test: check
	$(PYTEST) -m "not slow and not ($(LANES))"

lanes:
	@bash tools/setup.sh browser "$(PYTHON)"
	$(PYTEST) -m "not slow and ($(LANES))"

test-all: test lanes
	.venv/bin/python -m pytest -m slow

faults:
	@bash tools/setup.sh test "$(PYTHON)"
	$(PYTEST) tests/faults tests/cases -m "slow or not slow"
	.venv/bin/python -m tests.faults.kills
	.venv/bin/python -m tests.faults.hostile
	.venv/bin/python -m tests.faults.fuzz 10000

bench:
	@bash tools/setup.sh test "$(PYTHON)"
	.venv/bin/python -m benchmarks.run
