"""Which program this is, for those who call actions."""

from indicators.program import VERSION, program_version

__all__ = ["VERSION", "program_version"]
