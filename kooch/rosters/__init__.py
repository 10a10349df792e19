"""Who, which accounts, and who says so: rosters as folders of plain files.

values.py    the dataclasses and closed sets
handles.py   what a handle of each platform looks like
read.py      a folder, an events or a platforms file → values; strict
write.py     values → a folder, whole or not at all
check.py     what a roster may hold and still be wrong
imports.py   a table, a spreadsheet or a folder → a new roster; adding one row
"""

from kooch.rosters.check import Fault, check
from kooch.rosters.handles import clean_handle
from kooch.rosters.imports import ImportReport, add_account, add_figure, import_roster
from kooch.rosters.read import read_events, read_platforms, read_roster, read_rosters
from kooch.rosters.values import AccountClaim, Event, Member, Platform, Roster, Source, Statement, slugify
from kooch.rosters.write import write_roster

__all__ = [
    "AccountClaim",
    "Event",
    "Fault",
    "ImportReport",
    "Member",
    "Platform",
    "Roster",
    "Source",
    "Statement",
    "add_account",
    "add_figure",
    "check",
    "clean_handle",
    "import_roster",
    "read_events",
    "read_platforms",
    "read_roster",
    "read_rosters",
    "slugify",
    "write_roster",
]
