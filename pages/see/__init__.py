"""Pages that show where things stand."""
