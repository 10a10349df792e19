"""Who, which accounts, and who says so: rosters as folders of plain files.

values.py    the dataclasses and closed sets
handles.py   what a handle of each platform looks like
read.py      a folder, an events or a platforms file → values; strict
write.py     values → a folder, whole or not at all
check.py     what a roster may hold and still be wrong
reported.py  a follower count as a report prints it → a number
imports.py   a table, a spreadsheet or a folder → a new roster; adding one row
evidence.py  dated statements that belong to no roster
"""

from kooch.rosters.check import Fault, check
from kooch.rosters.evidence import EvidenceReport, import_evidence, read_evidence
from kooch.rosters.handles import clean_handle
from kooch.rosters.imports import ImportReport, add_account, add_figure, import_roster
from kooch.rosters.read import read_events, read_platforms, read_roster, read_rosters
from kooch.rosters.reported import read_followers
from kooch.rosters.values import AccountClaim, Event, Member, Platform, Roster, Source, Statement, slugify
from kooch.rosters.write import write_roster

__all__ = [
    "AccountClaim",
    "Event",
    "EvidenceReport",
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
    "import_evidence",
    "import_roster",
    "read_events",
    "read_evidence",
    "read_followers",
    "read_platforms",
    "read_roster",
    "read_rosters",
    "slugify",
    "write_roster",
]
