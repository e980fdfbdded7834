"""Prints the table of docs/methods/measurement.md."""

from tests.reference.measurement import table

print(table())
