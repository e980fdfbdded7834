"""Property-based tests try the same cases on every machine, however slow or crowded it is."""

import os

# Workers that each thread their small matrix products wait for one another; set before NumPy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import settings  # noqa: E402

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
