"""Looks by people: whether a figure has an account, as somebody saw it on a day; in waves, by one looker or several.

models.py   one look: a row of a file
take.py     a file of looks → kept beside the lists, whole or not at all
record.py   one look as it is taken → the file of its wave
settle.py   the common result of a wave's looks; no result while two lookers disagree and nobody has decided
sheet.py    the empty sheet of a list, with drop-downs
"""

from kooch.looks.models import LOOK_COLUMNS, Look, Looker
from kooch.looks.record import file_of_wave, record, take_back
from kooch.looks.settle import Settled, settle
from kooch.looks.sheet import sheet_of, write_sheet
from kooch.looks.take import LooksReport, import_looks, read_looks

__all__ = [
    "LOOK_COLUMNS",
    "Look",
    "Looker",
    "LooksReport",
    "Settled",
    "file_of_wave",
    "import_looks",
    "read_looks",
    "record",
    "settle",
    "sheet_of",
    "take_back",
    "write_sheet",
]
