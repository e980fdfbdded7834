"""Pages that keep the system in order: the framework."""
