"""What is measured, and how values become scores. Pure: imports no other floor but the texts."""
