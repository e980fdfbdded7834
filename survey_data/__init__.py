"""Facts in: read, recognise, map, recode, check, keep."""
