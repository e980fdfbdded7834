"""Files people upload → tables of text or YAML documents, read in a limited child process."""

from survey_data.reading.limits import COMMAND_LIMITS, PAGE_LIMITS, Limits
from survey_data.reading.parse import ReadOptions, parse
from survey_data.reading.sandbox import read, read_document
from survey_data.reading.table import RawTable

__all__ = [
    "COMMAND_LIMITS",
    "PAGE_LIMITS",
    "Limits",
    "RawTable",
    "ReadOptions",
    "parse",
    "read",
    "read_document",
]
