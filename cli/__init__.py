"""The `fourfold` command: every action without a browser."""

import os

# Scoring multiplies many small matrices: there a second thread costs more than it brings. It has
# to be said before NumPy is loaded, and holds for the server and the workers that it starts too.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
