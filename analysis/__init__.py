"""What the scores say and can bear."""
