"""Where a submitted workbook keeps each field, whatever was moved, renamed, put in or lost."""

from xlsx_eval.reading.locate.find import locate
from xlsx_eval.reading.locate.names import target_of
from xlsx_eval.reading.locate.remark import Located, Location, Remark
from xlsx_eval.reading.locate.text import squeeze

__all__ = ["Located", "Location", "Remark", "locate", "squeeze", "target_of"]
