"""Does the conclusion survive another reasonable choice? Uncertainty and sensitivity of scores."""
