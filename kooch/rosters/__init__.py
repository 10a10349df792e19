"""Rosters as folders of plain files: figures, their accounts, and the sources of both.

values.py       the closed sets of words
names.py        how names are compared, and the ids made of them
cells.py        what may stand in a cell, and the sentence for what may not
models.py       what a roster is made of
tables.py       a table as it was read
titles.py       … and no title above its column names
read.py         a folder or an events file → models; strict
write.py        models → a folder, whole or not at all
consistency.py  what no single row shows
check.py        what a roster may hold and still be wrong
handovers.py    days on which those who leave count beside those who follow
reported.py     a follower count as a report prints it → a number
brought.py      a CSV or a spreadsheet that somebody brings → a table (delimited.py, workbooks.py, marks.py)
columns.py      … under our names
countries.py    a country as people write it → its code → its English name
people.py       who on a new list is whom
seats.py        … if an earlier answer says so and roles have changed
options.py      the options of an import
imports.py      a table or a folder → a new roster
edits.py        one row more
histories.py    the versions of a list in a folder or a git repository
series.py       … and the runs of days that they make
standing.py     … of which some stand: what the list then claims
evidence.py     dated statements that belong to no roster
platform_counts.py  users and downloads of a whole platform, as somebody says
"""

from kooch.errors import Fault
from kooch.rosters.cells import fault_of_slug, fault_of_zone
from kooch.rosters.check import check
from kooch.rosters.countries import country_code
from kooch.rosters.edits import add_account, add_figure, remove_roster
from kooch.rosters.evidence import EvidenceReport, import_evidence, read_evidence
from kooch.rosters.handovers import note_of_handovers
from kooch.rosters.histories import read_history
from kooch.rosters.imports import ImportReport, Question, import_roster
from kooch.rosters.models import AccountClaim, Asked, Event, Holder, LastPost, Member, Roster, Run, Source, Statement
from kooch.rosters.names import slugify
from kooch.rosters.options import ImportOptions, pairs, zone_of
from kooch.rosters.people import People, as_figure, person_of
from kooch.rosters.platform_counts import PlatformCount, read_platform_counts
from kooch.rosters.read import read_events, read_roster, read_rosters
from kooch.rosters.reported import read_followers
from kooch.rosters.series import days_of, runs_of
from kooch.rosters.standing import claimed_names, claims_by_series, names_in_series, run_stands
from kooch.rosters.write import write_roster, write_series

__all__ = [
    "AccountClaim",
    "Asked",
    "Event",
    "EvidenceReport",
    "Fault",
    "Holder",
    "ImportOptions",
    "ImportReport",
    "LastPost",
    "Member",
    "People",
    "PlatformCount",
    "Question",
    "Roster",
    "Run",
    "Source",
    "Statement",
    "add_account",
    "add_figure",
    "as_figure",
    "check",
    "claimed_names",
    "claims_by_series",
    "country_code",
    "days_of",
    "fault_of_slug",
    "fault_of_zone",
    "import_evidence",
    "import_roster",
    "names_in_series",
    "note_of_handovers",
    "pairs",
    "person_of",
    "read_events",
    "read_evidence",
    "read_followers",
    "read_history",
    "read_platform_counts",
    "read_roster",
    "read_rosters",
    "remove_roster",
    "run_stands",
    "runs_of",
    "slugify",
    "write_roster",
    "write_series",
    "zone_of",
]
