"""Documents to hand on: Word and Excel."""
