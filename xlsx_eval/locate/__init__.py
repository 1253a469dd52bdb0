"""Where a submitted workbook keeps each field, whatever was moved, renamed, put in or lost."""

from xlsx_eval.locate.find import locate
from xlsx_eval.locate.names import target_of
from xlsx_eval.locate.remark import Located, Location, Remark
from xlsx_eval.locate.text import squeeze

__all__ = ["Located", "Location", "Remark", "locate", "squeeze", "target_of"]
