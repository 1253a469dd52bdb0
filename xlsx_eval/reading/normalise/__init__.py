"""Entries as typed, read as what they mean; whatever is not plain is told, and nothing here ever raises."""

from xlsx_eval.reading.normalise.dates import read_date
from xlsx_eval.reading.normalise.numbers import read_number
from xlsx_eval.reading.normalise.reading import Reading
from xlsx_eval.reading.normalise.text import read_text

__all__ = ["Reading", "read_date", "read_number", "read_text"]
