"""What people's own files hold, and how imports answer: with faults by place and questions, and never with a guess."""

import codecs
import os
import pty
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.archives.x import parse_archived
from crawlers.archives.x_users import read_v1_user
from crawlers.reading import UnreadableError
from kooch.config import BUNDLED_ROSTERS
from kooch.errors import RosterError
from kooch.looks import import_looks
from kooch.platforms import known as platforms
from kooch.rosters import (
    ImportOptions,
    ImportReport,
    Roster,
    Run,
    check,
    import_evidence,
    import_roster,
    read_roster,
    read_rosters,
    write_roster,
)
from kooch.rosters.columns import platform_meant
from kooch.rounded import rounded_ids
from kooch.store.outcomes import Failed
from tests import stores
from tests.commands import command, kooch, on_a_terminal
from tests.sheets import write_ods, write_xlsx

Writer = Callable[..., None]
SHARED = Path(__file__).parents[2] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not SHARED.exists(), reason="the cases are not beside this repository")
CASE_COLUMNS = {"Full name": "name", "Office": "role", "Land": "country", "Where from": "source"}


def look(file: Path, into: Path, known: list[Roster] | None = None, **more: object) -> ImportReport:
    """What an import of `file` would say; nothing is written."""
    told: dict[str, Any] = {"source": "register", "as_of": date(2024, 5, 1), "time_zone": "UTC"} | more
    return import_roster(file, into=into, options=ImportOptions(**told), known=known or [], dry_run=True)


def take(file: Path, into: Path, known: list[Roster] | None = None, **more: object) -> Roster:
    told: dict[str, Any] = {"source": "register", "as_of": date(2024, 5, 1), "time_zone": "UTC"} | more
    report = import_roster(file, into=into, options=ImportOptions(**told), known=known or [])
    return read_roster(into / report.roster.slug)


def places(report: ImportReport) -> list[tuple[int | None, str | None, str]]:
    return [(fault.row, fault.column, fault.message.split(":")[0]) for fault in report.faults]


def write(file: Path, *lines: str) -> Path:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


# Days on which both count


def house(file: Path, *rows: str) -> Path:
    return write(file, "name,role,unit,country,from_day,to_day", *rows)


def test_a_list_that_counts_two_for_one_seat_on_a_day_says_so(tmp_path: Path) -> None:
    """As the 18th and the 19th Bundestag: one ends and the other begins on 24 October 2017."""
    file = house(
        tmp_path / "house.csv",
        *(f"Old {each},MP,District {each},DE,2013-10-22,2017-10-24" for each in range(3)),
        *(f"New {each},MP,District {each},DE,2017-10-24,2021-10-26" for each in range(3)),
        "Stays,MP,District 9,DE,2013-10-22,2017-10-24",
        "Stays,MP,District 9,DE,2017-10-24,2021-10-26",
    )
    told: dict[str, Any] = {"selection": "census", "complete_from": date(2013, 10, 22), "as_of": date(2020, 5, 1)}
    notes = look(file, tmp_path, **told).notes

    expected = (
        f"{file}: on 1 day people end and others begin, and both count. Most on 2017-10-24: 3 end, 3 begin, 3 count "
        "beyond the seats. If a term ends when the next begins, write the day before as to_day."
    )
    assert [note for note in notes if "count beyond" in note] == [expected]


@pytest.mark.parametrize(
    ("rows", "told", "is_noted"),
    [
        # Seats named anew: from five on it is no accident.
        (
            [*(f"O{n},MP,A{n},DE,,2017-10-24" for n in range(5)), *(f"N{n},MP,B{n},DE,2017-10-24," for n in range(5))],
            {},
            True,
        ),
        # Two seats that have nothing to do with each other.
        (["Old,MP,A,DE,,2017-10-24", "New,MP,B,DE,2017-10-24,"], {}, False),
        # An office without a unit, as a ministry's.
        (["Old,Minister,,DE,,2017-10-24", "New,Minister,,DE,2017-10-24,"], {}, True),
        (["Old,Minister,,DE,,2017-10-23", "New,Minister,,DE,2017-10-24,"], {}, False),
        # One person in two offices counts once.
        (["One,Minister,,DE,,2017-10-24", "One,Minister,,DE,2017-10-24,"], {}, False),
        # A census of one day has members on that day alone.
        (["Old,MP,A,DE,,2017-10-24", "New,MP,A,DE,2017-10-24,"], {"complete_from": None}, False),
        (["Old,MP,A,DE,,2020-05-01", "New,MP,A,DE,2020-05-01,"], {"complete_from": None}, True),
        (["Old,MP,A,DE,,2017-10-24", "New,MP,A,DE,2017-10-24,"], {"complete_from": None, "selection": "listed"}, False),
    ],
)
def test_which_days_are_noted(rows: list[str], told: dict[str, Any], *, is_noted: bool, tmp_path: Path) -> None:
    usual: dict[str, Any] = {"selection": "census", "complete_from": date(2013, 10, 22), "as_of": date(2020, 5, 1)}
    notes = look(house(tmp_path / "house.csv", *rows), tmp_path, **(usual | told)).notes

    assert any("people end and others begin" in note for note in notes) == is_noted


@pytest.mark.proof
def test_roster_check_notes_such_days_and_finds_no_fault(tmp_path: Path) -> None:
    file = house(tmp_path / "house.csv", "Old,MP,A,DE,,2017-10-24", "New,MP,A,DE,2017-10-24,")
    told: dict[str, Any] = {"selection": "census", "complete_from": date(2013, 10, 22), "as_of": date(2020, 5, 1)}
    take(file, tmp_path / "home" / "rosters", **told)
    done = kooch(tmp_path / "home", "roster", "check")

    assert done.returncode == 0
    assert '"event": "note"' in done.stdout
    assert "on 1 day people end and others begin" in done.stdout


# Encodings


TEXT = "name,role,party\nJosé Müller,Mayor,Grüne\n"


CP1252 = "is not UTF-8 and was read as Windows-1252, as in 'José'; if that looks wrong, name its --encoding"


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (TEXT.encode(), None),
        (codecs.BOM_UTF8 + TEXT.encode(), None),
        (TEXT.encode("cp1252"), CP1252),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "read as UTF-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "read as UTF-16"),
        (TEXT.encode("utf-16-le"), "read as UTF-16"),
        (TEXT.encode("utf-16-be"), "read as UTF-16"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "read as UTF-32"),
        (("sep=;\r\n" + TEXT.replace(",", ";")).encode(), None),
        (codecs.BOM_UTF8 + ('"sep=|"\n' + TEXT.replace(",", "|")).encode(), None),
        (("sep=\t\n" + TEXT.replace(",", "\t")).encode("cp1252"), CP1252),
        (TEXT.replace(",", "\t").encode("utf-16"), "read as UTF-16"),
        (TEXT.replace("\n", "\r\n").replace(",", ";").encode("cp1252"), CP1252),
    ],
)
def test_a_csv_is_read_in_the_encoding_in_which_it_was_written(
    content: bytes, note: str | None, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    report = look(tmp_path / "list.csv", tmp_path)
    (member,) = report.roster.members

    assert (member.name, member.party, report.faults) == ("José Müller", "Grüne", ())
    assert [said.removeprefix("list.csv: ") for said in report.notes if "read as" in said] == ([note] if note else [])


def test_a_named_encoding_is_taken_and_a_wrong_one_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes("name,role\nŁukasz Żak,Poseł\n".encode("cp1250"))

    assert look(file, tmp_path, encoding="cp1250").roster.members[0].name == "Łukasz Żak"
    with pytest.raises(RosterError, match="row 2: byte 0xa3 is not utf-8: save the file as CSV UTF-8"):
        look(file, tmp_path, encoding="utf-8")
    with pytest.raises(RosterError, match="encoding 'klingon' is unknown"):
        look(file, tmp_path, encoding="klingon")
    file.write_bytes(b"name,role\nAda \x81,Mayor\n")
    with pytest.raises(RosterError, match="byte 0x81 is neither UTF-8 nor Windows-1252"):
        look(file, tmp_path)


def test_rows_are_counted_as_a_spreadsheet_counts_them_below_a_line_that_names_the_separator(tmp_path: Path) -> None:
    file = write(tmp_path / "list.csv", "sep=;", "name;role", "Ada;Mayor", "Bob;")

    assert places(look(file, tmp_path)) == [(4, "role", "role is empty")]


# Totals


@pytest.mark.parametrize(
    "name",
    [
        *("Total", "Total: 40", "Summe", "GESAMT", "Total members", "Count", "कुल", "3", "Grand total"),
        *("Total MPs", "Total seats", "Total accounts: 40", "Total Abgeordnete", "Anzahl Konten", "Total on X"),
        *("Overall", "Grand Total MPs", "Total des députés", "Accounts on Mastodon (total)"),
    ],
)
def test_a_row_that_looks_like_a_total_is_asked_about_and_counted_only_when_told(name: str, tmp_path: Path) -> None:
    file = write(tmp_path / "list.csv", "name,role", "Ada,Mayor", f"{name},2")
    report = look(file, tmp_path)

    assert [question.fault.row for question in report.questions] == [3]
    assert "--leave-out 3" in report.questions[0].fault.message
    with pytest.raises(RosterError, match="looks like a total"):
        take(file, tmp_path)
    assert not (tmp_path / "list").exists()
    assert len(take(file, tmp_path, left_out=frozenset({3})).members) == 1
    assert len(take(file, tmp_path, slug="other", kept=frozenset({3})).members) == 2


@pytest.mark.parametrize(
    "name",
    [
        *("All India Trinamool Congress", "Total Energies Council", "Sum Ting", "Anna Count", "Gesamtschule 3"),
        *("Seats of Learning", "Women in Science", "The Accounts Chamber", "X Corp"),
    ],
)
def test_a_name_that_begins_like_a_total_is_a_name(name: str, tmp_path: Path) -> None:
    assert not look(write(tmp_path / "list.csv", "name,role", f"{name},Body"), tmp_path).questions


# Cells


SHEET: list[list[object]] = [
    ["name", "role", "party", "x", "bluesky", "x_id", "shoe size"],
    ["Ada", "Mayor", "Green", "ada", "ada.example.org", "1", 39],
    ["Bob", "Mayor", "Green", "bob", "bob.example.org", "2", 44],
]


@pytest.mark.parametrize("write_sheet", [write_xlsx, write_ods])
def test_a_cell_in_error_or_without_its_value_is_named_by_sheet_row_and_column(
    write_sheet: Writer, tmp_path: Path
) -> None:
    file = tmp_path / ("a.xlsx" if write_sheet is write_xlsx else "a.ods")
    rows = [list(row) for row in SHEET]
    rows[1][3], rows[1][4] = {"error": "#N/A"}, {"error": "#REF!"}
    rows[2][3], rows[2][4] = {"formula": "LOWER(A1)"}, {"formula": "LOWER(A1)", "value": 0}
    rows[2][2], rows[2][6] = {"formula": "LOWER(A1)", "text": "green"}, {"error": "#DIV/0!"}
    write_sheet(file, rows)
    report = look(file, tmp_path)

    assert [(f.sheet, f.row, f.column, f.message.split(":")[0]) for f in report.faults] == [
        ("S", 2, "bluesky", "cell E2 is the error #REF!"),
        ("S", 2, "x", "cell D2 is the error #N/A"),
        ("S", 3, "bluesky", "cell E3 holds a formula whose value was not stored"),
        ("S", 3, "x", "cell D3 holds a formula whose value was not stored"),
    ]
    assert report.roster.members[1].party == "green"
    with pytest.raises(RosterError, match="sheet 'S', row 2, column 'bluesky': cell E2 is the error"):
        take(file, tmp_path)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("write_sheet", [write_xlsx, write_ods])
def test_merged_cells_are_filled_downwards_and_refused_across(write_sheet: Writer, tmp_path: Path) -> None:
    file = tmp_path / ("a.xlsx" if write_sheet is write_xlsx else "a.ods")
    rows = [list(row) for row in SHEET]
    rows[2][2] = ""
    write_sheet(file, rows, merges=["C2:C3"])
    report = look(file, tmp_path)

    assert [member.party for member in report.roster.members] == ["Green", "Green"]
    assert "a.ods" in report.notes[0] or "a.xlsx" in report.notes[0]
    assert "the merged cells C2 to C3 were read as 'Green' each" in report.notes[0]

    rows[1][4] = ""
    write_sheet(file, rows, merges=["D2:E2"])
    assert places(look(file, tmp_path)) == [
        (2, "x", "cell D2 is merged over columns that say different things (D2 to E2)")
    ]


@pytest.mark.parametrize("write_sheet", [write_xlsx, write_ods])
def test_a_handle_merged_over_two_people_is_never_two_accounts(write_sheet: Writer, tmp_path: Path) -> None:
    file = tmp_path / ("a.xlsx" if write_sheet is write_xlsx else "a.ods")
    rows = [list(row) for row in SHEET]
    rows[2][3], rows[2][5] = "", ""
    write_sheet(file, rows, merges=["D2:D3"])

    assert any(fault.row == 3 and "is held by" in fault.message for fault in look(file, tmp_path).open_points)


@pytest.mark.parametrize(
    ("reference", "says"),
    [("XFD1048576", "reaches to row 1,048,576"), ("AMJ2", "column 1,024"), ("A999999", "reaches to row 999,999")],
)
def test_a_sheet_that_claims_a_million_columns_or_rows_is_refused(reference: str, says: str, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", SHEET, far=reference)

    with pytest.raises(RosterError, match=f"is larger than any list: sheet 'S' .*{says}"):
        look(tmp_path / "a.xlsx", tmp_path)


def test_an_ods_that_repeats_a_cell_a_million_times_is_refused(tmp_path: Path) -> None:
    write_ods(tmp_path / "a.ods", SHEET, repeat=1_000_000)

    with pytest.raises(RosterError, match="is larger than any list"):
        look(tmp_path / "a.ods", tmp_path)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_bomb_ends_early(part: str, tmp_path: Path) -> None:
    file = tmp_path / "bomb.xlsx"
    write_xlsx(file, SHEET)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != part}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open(part, "w", force_zip64=True) as stream:
            for _ in range(200):
                stream.write(b" " * 1_000_000)

    assert file.stat().st_size < 1_000_000
    with pytest.raises(RosterError, match=f"is larger than any list: {part} would take 200 MB"):
        look(file, tmp_path)


@pytest.mark.parametrize("name", ["a.xls", "a.xlsb"])
def test_a_workbook_whose_errors_cannot_be_told_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0")

    with pytest.raises(RosterError, match=r"save it as \.xlsx, \.ods or CSV"):
        look(tmp_path / name, tmp_path)


@pytest.mark.parametrize(
    ("ids", "rows"),
    [
        (["1234567890123450000", "1.23457E+18", "9007199254740993"], [0, 1]),
        (["1,23457e+17", "117501995", "3.1E5"], [0, 2]),
        (["1336344005588738052", "1336344005588738053"], []),
        (["1336344005588738048", "1234567890123456800", "1400000000000123400"], [0, 1, 2]),
        (["1234567890123456800", "1336344005588738053"], []),
        (["123456789012345000", "1336344005588738053"], [0]),
        (["1234567890123450"], []),
        (["1234567890123450", "2234567890123450", "3234567890123450"], [0, 1, 2]),
        (["100", "20000", "117501995"], []),
        ([], []),
    ],
)
def test_rounded_ids_are_told_from_long_ones(ids: list[str], rows: list[int]) -> None:
    assert sorted(rounded_ids(enumerate(ids))) == rows


def test_a_rounded_id_in_a_csv_is_named_by_row_and_column(tmp_path: Path) -> None:
    lines = ("name,role,x,X ID", "Ada,MP,ada,1234567890123450000", "Bea,MP,bea,1.23457E+18", "Cyd,MP,,9007199254740993")
    report = look(write(tmp_path / "a.csv", *lines), tmp_path)

    assert [(fault.row, fault.column, fault.message[:20]) for fault in report.faults] == [
        (2, "X ID", "x_native_id '1234567"),
        (3, "X ID", "x_native_id '1.23457"),
    ]


@pytest.mark.parametrize(
    "cell",
    [
        *("1,2E+18", "1.2e18", "+1.2E+18", "1.2 E+18", "1٫2E+18", "1.2×10^18", "1234567890123450000.0"),
        *("1.234.567.890.123.450.000", "1 234 567 890 123 450 000", "１２３４５", "-5", "0001234", "9" * 20),
    ],
)
def test_a_number_of_another_form_is_no_id(cell: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "name,role,x,X ID", f'Ada,MP,ada,"{cell}"', "Bea,MP,bea,117501995")
    report = look(file, tmp_path)

    assert [(fault.row, fault.column) for fault in report.faults] == [(2, "X ID")]


@pytest.mark.parametrize("write_sheet", [write_xlsx, write_ods])
def test_evidence_with_a_lost_cell_is_not_taken_over(write_sheet: Writer, tmp_path: Path) -> None:
    file = tmp_path / ("press.xlsx" if write_sheet is write_xlsx else "press.ods")
    columns = ["figure_id", "platform", "event", "not_after", "publisher", "published_on", "time_zone", "reported"]
    cells = ["ann", "koo", "joined", "2021-02-10", "Daily", "2021-02-10", "Asia/Kolkata", {"error": "#VALUE!"}]
    write_sheet(file, [columns, cells])
    report = import_evidence(file, into=tmp_path, rosters=[stores.roster("people", [stores.member("ann")])])

    assert [(f.sheet, f.row, f.column) for f in report.faults] == [("S", 2, "reported")]
    assert not (tmp_path / "evidence").exists()


# Two people of one name are two, one person is one


ONE = "name,role,country,unit,wikidata_qid,official_ids,born"


def questions(report: ImportReport) -> list[tuple[int | None, tuple[str, str] | None]]:
    return [(question.fault.row, question.figures) for question in report.questions]


def test_two_of_one_name_in_a_list_are_asked_about_and_stay_as_decided(tmp_path: Path) -> None:
    file = write(tmp_path / "berg.csv", "name,role,country,unit,x", "Anna Berg,MP,NO,Oslo,a", "Anna Berg,MP,NO,Troms,b")

    assert questions(look(file, tmp_path)) == [(3, ("no-anna-berg", "no-anna-berg-2"))]
    with pytest.raises(RosterError, match=r"'Anna Berg' \(MP, Troms\) may be no-anna-berg of this list \(MP, Oslo\)"):
        take(file, tmp_path)
    assert not (tmp_path / "berg").exists()

    decided = take(file, tmp_path, different=(("no-anna-berg", "no-anna-berg-2"),))
    assert decided.figure_ids == ("no-anna-berg", "no-anna-berg-2")
    # The answer is kept: the next version of the list does not ask again, in whatever order.
    write(file, "name,role,country,unit,x", "Anna Berg,MP,NO,Troms,b", "Anna Berg,MP,NO,Oslo,a")
    again = take(file, tmp_path, known=[decided], replace_existing=True)
    assert [(member.figure_id, member.unit) for member in again.members] == [
        ("no-anna-berg-2", "Troms"),
        ("no-anna-berg", "Oslo"),
    ]


BERGS = "name,role,country,unit,party"
TWO = ["Anna Berg,MP,NO,Oslo,A", "Anna Berg,MP,NO,Troms,B"]
OSLO, TROMS = "no-anna-berg", "no-anna-berg-2"


@pytest.mark.parametrize(
    ("rows", "figures"),
    [
        (["Anna Berg,Minister,NO,Oslo,A", TWO[1]], [OSLO, TROMS]),
        (["Anna Berg,MP,NO,Oslo,C", TWO[1]], [OSLO, TROMS]),
        (["Anna Berg,Minister,NO,Troms,C", "Anna Berg,Mayor,NO,Oslo,"], [TROMS, OSLO]),
        (["Anna Berg,Minister,NO,,B", "Anna Berg,Minister,NO,,A"], [TROMS, OSLO]),
        ([TWO[1], "Anna Berg,Speaker,NO,Oslo,C"], [TROMS, OSLO]),
        (["Anna Berg,Minister,NO,Troms,B"], [TROMS]),
        (["Anna Berg,Minister,NO,Oslo,C", TWO[1], "Bo,MP,NO,,"], [OSLO, TROMS, "no-bo"]),
        # What no answer covers: neither agrees more, another unit, a third one, and another spelling.
        (["Anna Berg,Minister,NO,,", "Anna Berg,Mayor,NO,,"], None),
        (["Anna Berg,Minister,NO,,"], None),
        (["Anna Berg,MP,NO,Bergen,A", TWO[1]], None),
        ([*TWO, "Anna Berg,Mayor,NO,,"], None),
        (["Berg Anna,MP,NO,Oslo,A", TWO[1]], None),
        # Another role of another party, without a unit, may be somebody else's.
        (["Anna Berg,Minister,NO,,C", TWO[1]], None),
    ],
)
def test_who_was_once_said_to_be_two_is_asked_about_no_more_when_roles_parties_or_the_order_change(
    rows: list[str], figures: list[str] | None, tmp_path: Path
) -> None:
    file = write(tmp_path / "berg.csv", BERGS, *TWO)
    first = take(file, tmp_path, different=((OSLO, TROMS),))
    # Twice: what the answer says must itself be kept.
    take(write(file, BERGS, *reversed(TWO)), tmp_path, known=[first], replace_existing=True)
    report = look(write(file, BERGS, *rows), tmp_path, replace_existing=True)

    assert bool(report.questions) == (figures is None)
    if figures:
        assert [member.figure_id for member in report.roster.members] == figures
        assert report.faults == ()
        changed = [row for row in rows if row not in TWO and "Anna" in row]
        assert sum("by an earlier answer" in note for note in report.notes) == len(changed)


@pytest.mark.parametrize(
    ("rows", "asks"),
    [
        (["Anna Berg,Speaker,NO,,", "Anna Berg,Minister,NO,,"], False),
        (["Anna Berg,Speaker,NO,,A", "Anna Berg,Judge,NO,,"], False),
        (["Anna Berg,Judge,NO,,", "Anna Berg,MP,NO,,"], False),
        (["Anna Berg,Judge,NO,,"], False),
        (["Anna Berg,MP,NO,,", "Anna Berg,Minister,NO,,", "Anna Berg,Judge,NO,,"], True),
        (["Anna Berg,MP,NO,,", "Anna Berg,Mayor,NO,Troms,B"], False),
    ],
)
def test_who_was_once_said_to_be_one_is_asked_about_no_more_when_roles_or_the_order_change(
    rows: list[str], *, asks: bool, tmp_path: Path
) -> None:
    file = write(tmp_path / "berg.csv", BERGS, "Anna Berg,MP,NO,,", "Anna Berg,Minister,NO,,")
    take(file, tmp_path, same=(("no-anna-berg-2", "no-anna-berg"),))
    report = look(write(file, BERGS, *rows), tmp_path, replace_existing=True)

    assert bool(report.questions) == asks
    if not asks:
        assert {member.figure_id for member in report.roster.members} == {"no-anna-berg"}


@pytest.mark.parametrize(
    ("last", "rows", "asks"),
    [
        # A mayor of another party is a stranger, whoever of the name is gone.
        (["Anna Berg,Minister,NO,,A", "Anna Berg,MP,NO,,A"], ["Anna Berg,MP,NO,,A", "Anna Berg,Mayor,NO,,B"], True),
        (["Anna Berg,Minister,NO,,A", "Anna Berg,MP,NO,,A"], ["Anna Berg,MP,NO,,A", "Anna Berg,Mayor,NO,,A"], False),
        (["Anna Berg,Minister,NO,Oslo,A", "Anna Berg,MP,NO,Oslo,A"], ["Anna Berg,Mayor,NO,,B"], True),
        (["Anna Berg,Minister,NO,Oslo,A", "Anna Berg,MP,NO,Oslo,A"], ["Anna Berg,Mayor,NO,Oslo,B"], False),
    ],
)
def test_a_stranger_of_another_party_gets_no_kept_answer(
    last: list[str], rows: list[str], *, asks: bool, tmp_path: Path
) -> None:
    file = write(tmp_path / "berg.csv", BERGS, *last)
    take(file, tmp_path, same=(("no-anna-berg-2", "no-anna-berg"),))
    report = look(write(file, BERGS, *rows), tmp_path, replace_existing=True)

    assert bool(report.questions) == asks
    assert (report.roster.members[-1].figure_id == "no-anna-berg") is not asks


def test_a_row_whose_ids_say_who_it_is_not_takes_no_seat_from_another(tmp_path: Path) -> None:
    header = f"{BERGS},wikidata_qid"
    file = write(tmp_path / "berg.csv", header, "Anna Berg,MP,NO,,A,Q1", "Anna Berg,Minister,NO,,B,")
    take(file, tmp_path, different=(("no-anna-berg", "no-anna-berg-2"),))
    write(file, header, "Anna Berg,Speaker,NO,,A,Q9", "Anna Berg,Judge,NO,,,")

    assert questions(look(file, tmp_path, replace_existing=True)) != []
    assert not any("by an earlier" in note for note in look(file, tmp_path, replace_existing=True).notes)


@pytest.mark.parametrize("answer", ["same", "different"])
def test_a_row_about_which_somebody_answers_now_takes_no_seat_from_another(answer: str, tmp_path: Path) -> None:
    known = [take(write(tmp_path / "known.csv", BERGS, "Berta Anna,Judge,NO,,"), tmp_path)]
    file = write(tmp_path / "berg.csv", BERGS, "Anna Berg,MP,NO,,A", "Anna Berg,Minister,NO,,B")
    take(file, tmp_path, known=known, different=((OSLO, TROMS),))
    write(file, BERGS, "Anna Berg,Speaker,NO,,A", "Anna Berg,Judge,NO,,")
    third = "no-anna-berg-3"
    told = (("no-berta-anna", third),) if answer == "same" else ((OSLO, third), (TROMS, third))
    report = look(file, tmp_path, known=known, replace_existing=True, **{answer: told})

    # Without the first row, nothing says whose the second one is.
    assert [row for row, _ in questions(report)] == [3]
    assert report.roster.members[0].figure_id == ("no-berta-anna" if answer == "same" else third)


@pytest.mark.parametrize("answer", ["same", "different"])
@pytest.mark.parametrize("name", ["Ada King", "Lady L."])
def test_an_answer_about_a_figure_of_another_list_is_kept_when_the_role_changes(
    answer: str, name: str, tmp_path: Path
) -> None:
    known = [take(write(tmp_path / "known.csv", f"{ONE},aliases", "Ada King,Countess,GB,,,,,Lady L."), tmp_path)]
    own = "gb-ada-king-2" if name == "Ada King" else "gb-lady-l"
    file = write(tmp_path / "new.csv", ONE, f"{name},MP,GB,,,,")
    first = take(file, tmp_path, known=known, **{answer: (("gb-ada-king", own),)})
    figure = "gb-ada-king" if answer == "same" else own
    for role in ("MP", "Minister", "Speaker"):
        write(file, ONE, f"{name},{role},GB,,,,")
        report = look(file, tmp_path, known=[*known, first], replace_existing=True)

        assert (report.open_points, report.roster.figure_ids) == ([], (figure,))
        take(file, tmp_path, known=[*known, first], replace_existing=True)


def test_a_figure_that_nobody_was_asked_about_is_asked_about_once_when_the_role_changes(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", ONE, "Ada King,MP,GB,,,,")
    take(file, tmp_path)
    write(file, ONE, "Ada King,Minister,GB,,,,")

    assert questions(look(file, tmp_path, replace_existing=True)) == [(2, ("gb-ada-king", "gb-ada-king-2"))]
    take(file, tmp_path, replace_existing=True, same=(("gb-ada-king", "gb-ada-king-2"),))
    write(file, ONE, "Ada King,Speaker,GB,,,,")
    assert look(file, tmp_path, replace_existing=True).roster.figure_ids == ("gb-ada-king",)


def test_an_answer_to_roster_add_is_kept_by_the_next_import(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = write(tmp_path / "mine.csv", "name,role,country,unit", "Bo Smith,Mayor,GB,Leeds")
    take(file, home / "rosters")
    assert add(home, "Bo Smith", "--role", "Judge", "--country", "UK", "--different")[0] == 0
    write(file, "name,role,country,unit", "Bo Smith,Mayor,GB,Leeds", "Bo Smith,Lord,GB,")

    assert look(file, home / "rosters", replace_existing=True).roster.figure_ids == ("gb-bo-smith", "gb-bo-smith-2")


def test_one_person_in_two_roles_is_one_once_somebody_says_so(tmp_path: Path) -> None:
    file = write(
        tmp_path / "berg.csv", "name,role,country", "Anna Berg,MP,NO", "Anna Berg,Minister,NO", "Anna Berg,Mayor,NO"
    )
    same = (("no-anna-berg-2", "no-anna-berg"),)

    assert questions(look(file, tmp_path, same=same)) == [(4, ("no-anna-berg", "no-anna-berg-3"))]
    both = take(file, tmp_path, same=same, different=(("no-anna-berg", "no-anna-berg-3"),))
    assert [member.figure_id for member in both.members] == ["no-anna-berg", "no-anna-berg", "no-anna-berg-3"]


@pytest.mark.parametrize(
    ("other", "figure", "asks"),
    [
        ("Ada King,MP,GB,,Q7259,,", "gb-ada-king", False),
        ("A. King,MP,GB,,,bioguide:K1,", "gb-ada-king", False),
        ("Ada King,MP,GB,,Q1,,", "gb-ada-king-2", False),
        ("Ada King,MP,GB,,,bioguide:K2,", "gb-ada-king-2", False),
        ("Ada King,MP,GB,,,,1815", "gb-ada-king", False),
        ("ADA KÍNG,MP,GB,,,,1815", "gb-ada-king", False),
        ("Ada King,MP,GB,,,,1915", "gb-ada-king-2", False),
        ("Ada King,MP,GB,,,,", "gb-ada-king-2", True),
        ("Ada King,MP,GB,,,riksdag:9,", "gb-ada-king-2", True),
        ("King Ada,MP,GB,,,,", "gb-king-ada", True),
        ('"King, Ada",MP,GB,,,,', "gb-king-ada", True),
        ("Countess of L.,MP,GB,,,,", "gb-countess-of-l", True),
        ("Ada King,MP,,,,,", "ada-king", True),
        ("Ada King,MP,FR,,,,", "fr-ada-king", False),
        ("Ada King Smith,MP,GB,,,,", "gb-ada-king-smith", False),
    ],
)
def test_who_is_whom_follows_from_ids_then_birth_years_and_is_else_asked(
    other: str, figure: str, *, asks: bool, tmp_path: Path
) -> None:
    known = take(
        write(tmp_path / "known.csv", ONE + ",aliases", "Ada King,Countess,GB,,Q7259,bioguide:K1,1815,Countess of L."),
        tmp_path,
    )
    report = look(write(tmp_path / "new.csv", ONE, other), tmp_path, known=[known])

    assert (report.roster.figure_ids, bool(report.questions)) == ((figure,), asks)
    assert not report.faults
    assert any("birth year" in note for note in report.notes) == ("1815" in other)


def test_an_answer_may_name_the_id_of_the_row(tmp_path: Path) -> None:
    known = take(write(tmp_path / "known.csv", ONE, "Ada King,Countess,GB,,,,"), tmp_path)
    file = write(tmp_path / "new.csv", ONE, "Ada King,MP,GB,,Q7259,,")

    assert questions(look(file, tmp_path, known=[known])) == [(2, ("gb-ada-king", "Q7259"))]
    assert look(file, tmp_path, known=[known], same=(("gb-ada-king", "Q7259"),)).roster.figure_ids == ("gb-ada-king",)
    assert look(file, tmp_path, known=[known], different=(("Q7259", "gb-ada-king"),)).roster.figure_ids == (
        "gb-ada-king-2",
    )
    (fault,) = look(file, tmp_path, known=[known], same=(("gb-ada-king", "Q725"),)).faults
    assert "'Q725' is neither a figure, nor an id" in fault.message


def test_two_entries_are_one_figure_if_the_user_says_so_whatever_their_names(tmp_path: Path) -> None:
    known = take(write(tmp_path / "known.csv", ONE, "Ada King,Countess,GB,,,,"), tmp_path)
    file = write(
        tmp_path / "new.csv", ONE, "A. Lovelace,MP,GB,,Q7259,,", "Lady L.,Mayor,GB,,,,", "The Countess,Judge,GB,,,,"
    )
    same = (("gb-a-lovelace", "gb-ada-king"), ("Q7259", "gb-lady-l"), ("gb-the-countess", "gb-lady-l"))
    report = look(file, tmp_path, known=[known], same=same)

    assert (report.roster.figure_ids, report.open_points) == (("gb-ada-king",), [])
    assert [member.role for member in report.roster.members] == ["MP", "Mayor", "Judge"]


def test_a_name_in_place_of_an_id_is_one_fault_that_offers_the_id(tmp_path: Path) -> None:
    known = take(write(tmp_path / "known.csv", ONE, "Anne Hidalgo,Mayor,FR,,,,"), tmp_path)
    file = write(tmp_path / "new.csv", "figure_id,name,role", "Anne Hidalgo,A. Hidalgo,Mayor", "Bo King,Bo King,MP")

    assert [fault.message for fault in look(file, tmp_path, known=[known]).open_points] == [
        "figure_id 'Anne Hidalgo' is no id: write 'fr-anne-hidalgo'",
        "figure_id 'Bo King' is no id: write lower-case letters, digits and hyphens, as in 'bo-king'",
    ]
    columns = "figure_id,platform,event,not_after,publisher,published_on,time_zone"
    press = write(tmp_path / "press.csv", columns, "Anne Hidalgo,Twitter,left,2023-11-27,Daily,2023-11-27,Europe/Paris")
    report = import_evidence(press, into=tmp_path / "own", rosters=[known])
    assert [fault.message for fault in report.faults] == ["figure_id 'Anne Hidalgo' is no id: write 'fr-anne-hidalgo'"]

    write(press, columns, "fr-anne-hidalgo,Twitter,left,2023-11-27,Daily,2023-11-27,Europe/Paris")
    report = import_evidence(press, into=tmp_path / "own", rosters=[known])
    assert (report.faults, [statement.platform for statement in report.statements]) == ((), ["x"])


@pytest.mark.parametrize("header", ["X / Twitter", "X (Twitter)", "twitter/x"])
def test_a_column_with_two_names_of_one_platform_is_of_that_platform(header: str, tmp_path: Path) -> None:
    report = look(write(tmp_path / "a.csv", f"name,role,{header},Facebook / Koo", "Ada,MP,ada,ada"), tmp_path)

    assert (report.accounts, report.ignored) == ({"x": 1}, ("a.csv: Facebook / Koo",))


def test_a_mapping_that_cannot_hold_names_the_closest_columns_and_the_option(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "name,role,Stand,Konto", "Ada,MP,2024-05-01,ada")
    report = look(file, tmp_path, mapping={"Stand": "as_of", "Konto": "blusky"})

    near, as_of = (fault.message for fault in report.faults)
    assert as_of == "column 'Stand' cannot become 'as_of': as_of is one day for the list: --as-of"
    assert near.startswith("column 'Konto' cannot become 'blusky': it can become bluesky, ")
    assert near.count(",") == 10


def test_a_day_in_another_form_is_refused_with_the_form(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "name,role", "Ada,MP")
    done = kooch(tmp_path / "home", "roster", "import", str(file), "--as-of", "03/04/2023")

    assert done.returncode == 2
    assert "'03/04/2023' is not a day. Write YYYY-MM-DD" in done.stderr


def test_a_table_that_is_no_evidence_is_one_fault(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "name,role,x,party", "Ada,MP,ada,Green")
    (fault,) = import_evidence(file, into=tmp_path / "own", rosters=[]).faults

    assert fault.message.startswith(
        "columns 'figure_id', 'platform', 'event', 'publisher', 'published_on', 'time_zone' are missing"
    )


@needs_cases
def test_the_rounded_ids_of_the_cases_are_named_by_row(tmp_path: Path) -> None:
    report = look(SHARED / "10-rounded-id-csv" / "rounded.csv", tmp_path)

    assert places(report) == [
        (2, "x_native_id", "x_native_id '1234567890123450000' ends as only a rounded number does"),
        (3, "x_native_id", "x_native_id '1.23457E+18' is a number that a spreadsheet has shortened"),
    ]
    # The last one has more digits than any spreadsheet keeps, and ends as no rounded number does.
    assert [(claim.handle, claim.native_id) for claim in report.roster.accounts if claim.row == 4] == [
        (None, "9007199254740993")
    ]


@needs_cases
def test_the_rounded_id_of_the_cases_is_not_read_from_an_answer_without_its_text() -> None:
    found = parse_archived(
        (SHARED / "10-rounded-id-csv" / "ids_rounded_noidstr.json").read_bytes(), datetime(2021, 2, 10, tzinfo=UTC)
    )

    assert isinstance(found, Failed)
    assert "1234567890123456800" in found.detail
    assert "which a program has rounded" in found.detail


# What nobody should be counted for


@pytest.mark.parametrize("name", ["-", "n/a", "Vacant", "TBD", "unknown", "none", "?"])
def test_a_row_whose_name_names_nobody_is_asked_about(name: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "name,role", "Ada,MP", f"{name},MP")
    report = look(file, tmp_path)

    assert [member.name for member in report.roster.members] == ["Ada"]
    assert [question.fault.message for question in report.questions] == [
        f"'{name}' names nobody: leave it out with --leave-out 3, or keep it with --keep 3"
    ]
    kept = look(file, tmp_path, kept=frozenset({3}))
    assert (kept.open_points, len(kept.roster.members)) == ([], 2)


def test_a_role_or_party_that_says_nothing_is_read_as_empty(tmp_path: Path) -> None:
    report = look(write(tmp_path / "a.csv", "name,role,party,unit", "Ada,n/a,-,Oslo", "Bo,MP,none,–"), tmp_path)

    assert places(report) == [(2, "role", "role is empty")]
    assert [(member.name, member.party, member.unit) for member in report.roster.members] == [("Bo", None, None)]
    assert "a.csv, row 3: party 'none' says nothing: it was read as empty" in report.notes


def test_an_account_opened_in_the_future_is_a_fault(tmp_path: Path) -> None:
    report = look(
        write(tmp_path / "a.csv", "name,role,x,opened_on", "Ada,MP,ada,2100-01-01", "Bo,MP,,2100-01-01"), tmp_path
    )

    assert [(fault.row, fault.column) for fault in report.faults] == [(2, "opened_on"), (3, "opened_on")]


@pytest.mark.parametrize(
    "lines", [["", "", "name,role", "Ada,MP"], ["name|role", "Ada|MP"], [",", "name,role", "Ada,MP"]]
)
def test_empty_rows_above_the_names_and_bars_between_cells_are_read(lines: list[str], tmp_path: Path) -> None:
    report = look(write(tmp_path / "a.csv", *lines), tmp_path)

    assert ([member.name for member in report.roster.members], report.faults) == (["Ada"], ())
    assert report.roster.members[0].row == len(lines)


# All faults at once


def test_a_fault_of_the_shape_hides_no_fault_of_a_cell_of_evidence(tmp_path: Path) -> None:
    columns = "figure_id,platform,event,not_after,publisher,published_on,place"
    file = write(
        tmp_path / "a.csv", columns, "ann,koo,joyned,2021-02-10,Daily,2021-02-11,Pune", "ann,koo,joined,soon,Daily"
    )
    report = import_evidence(file, into=tmp_path / "own", rosters=[stores.roster("people", [stores.member("ann")])])

    assert [(fault.row, fault.message.split(":")[0]) for fault in report.faults] == [
        (1, "column 'place' is unknown"),
        (1, "column 'time_zone' is missing"),
        (2, "event 'joyned' is unknown"),
        (3, "has 5 cells, the header has 7"),
        (3, "not_after 'soon' is no day"),
        (3, "published_on is empty"),
    ]


def test_a_fault_of_the_shape_hides_no_fault_of_a_cell_of_a_look(tmp_path: Path) -> None:
    columns = "figure,platform,looked_on,time_zone,looker,method,sort"
    file = write(tmp_path / "a.csv", columns, "ann,koo,soon,UTC,A,app_search,1", "ann,koo,2021-02-10,Mars,A,app_search")
    report = import_looks(file, into=tmp_path / "own", rosters=[stores.roster("people", [stores.member("ann")])])

    assert [(fault.row, fault.message.split(":")[0]) for fault in report.faults] == [
        (1, "column 'result' is missing"),
        (1, "column 'sort' is unknown"),
        (2, "looked_on 'soon' is no day"),
        (3, "has 6 cells, the header has 7"),
        (3, "time_zone 'Mars' is unknown"),
    ]


def test_a_fault_of_the_shape_hides_no_fault_of_a_cell_in_the_folder_of_a_list(tmp_path: Path) -> None:
    folder = write_roster(stores.roster("people", [stores.member("ann")]), tmp_path)
    header = (folder / "members.csv").read_text().splitlines()[0]
    cells = {"figure_id": "ann", "name": "Ann", "kind": "persn", "role": "MP", "source": "s", "from_day": "soon"}
    row = ",".join(cells.get(column, "") for column in header.split(","))
    write(folder / "members.csv", header.replace("party", "club"), row, row.removesuffix(","))
    with pytest.raises(RosterError) as refused:
        read_roster(folder)

    n = len(header.split(","))
    assert [(fault.row, fault.message.split(":")[0]) for fault in refused.value.faults] == [
        (3, f"has {n - 1} cells, the header has {n}"),
        (1, "column 'party' is missing"),
        (1, "column 'club' is unknown"),
        (2, "kind 'persn' is unknown"),
        (2, "from_day 'soon' is no day"),
        (3, "kind 'persn' is unknown"),
        (3, "from_day 'soon' is no day"),
    ]


def test_one_file_and_a_taken_name_hide_no_fault_of_another_file(tmp_path: Path) -> None:
    take(write(tmp_path / "mine.csv", "name,role", "Ada,MP"), tmp_path)
    people = write(tmp_path / "mine.csv", "name,role,x", "Ada,MP,a-b")
    accounts = write(
        tmp_path / "accounts.csv", "name,platform,handle,opened_on", "Bo,x,a-c,soon", "Ada,myspace,ada,soon"
    )
    report = look(people, tmp_path, accounts=accounts, statements=tmp_path / "none.csv", mapping={"Who": "name"})

    assert [(fault.file.name, fault.row, fault.message.split(":")[0]) for fault in report.faults] == [
        ("mine", None, "roster 'mine' exists already"),
        ("accounts.csv", 2, "handle 'a-c' is not a handle of X"),
        ("accounts.csv", 2, "name 'Bo' is nobody on the list"),
        ("accounts.csv", 2, "opened_on 'soon' is no day"),
        ("accounts.csv", 3, "opened_on 'soon' is no day"),
        ("accounts.csv", 3, "platform 'myspace' is unknown"),
        ("mine.csv", 1, "column 'Who' is not in the table"),
        ("mine.csv", 2, "handle 'a-b' is not a handle of X"),
        ("none.csv", None, "the file is missing"),
    ]


def test_a_table_without_names_says_so_and_names_the_faults_of_its_other_cells(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "Wer,role,country,x", "Ada,MP,Atlantis,ada", "Bo,,GB,ada")
    statements = write(tmp_path / "s.csv", "name,platform,event,not_after,publisher", "Ada,x,joyned,2021-02-10,Daily")
    report = look(file, tmp_path, statements=statements)

    assert report.questions == ()
    assert [(fault.file.name, fault.row, fault.message.split(",")[0].split(":")[0]) for fault in report.faults] == [
        ("a.csv", 1, "no column is known as 'name'"),
        ("a.csv", 2, "country 'Atlantis' is not a known country"),
        ("a.csv", 3, "role is empty"),
        ("s.csv", 2, "event 'joyned' is unknown"),
    ]


@pytest.mark.parametrize(
    ("lines", "faults", "names"),
    [
        (['"Ada', "Bo,MP", "Cy,MP"], {2: "has a quotation mark that is not closed"}, ["Bo", "Cy"]),
        (['"Ada" A,MP', "Bo,MP"], {2: "has text behind a closing quotation mark"}, ["Bo"]),
        (["Ada,MP", 'Bo,"MP', "Cy,MP"], {3: "has a quotation mark that is not closed"}, ["Ada", "Cy"]),
        (
            ['"Ada\nA",MP', '"Bo,MP', "Cy,MP"],
            {2: "name holds a line break", 3: "has a quotation mark that is not closed"},
            ["Ada A", "Cy"],
        ),
        (['"A,MP', "Bo,MP", '"C,MP', "Dy,MP"], {2: "has a quotation mark", 4: "has a quotation mark"}, ["Bo", "Dy"]),
        (["Ada,MP", "", "Bo", ",", "Cy,MP,,"], {4: "has 1 cell,", 6: "has 4 cells"}, ["Ada", "Cy"]),
    ],
)
def test_a_line_that_is_no_row_takes_no_other_line_with_it(
    lines: list[str], faults: dict[int, str], names: list[str], tmp_path: Path
) -> None:
    report = look(write(tmp_path / "a.csv", "name,role", *lines), tmp_path)

    told = {fault.row: fault.message for fault in report.faults if "role is empty" not in fault.message}
    assert told.keys() == faults.keys()
    assert all(told[row].startswith(begin) for row, begin in faults.items())
    assert [" ".join(member.name.split()) for member in report.roster.members] == names


@pytest.mark.parametrize(
    ("lines", "column"),
    [
        (['Ada,"Minister,,ada', 'Bob,Minister",,bob'], "role"),
        (['"Ada,Minister,,ada', 'Bob",Minister,,bob'], "name"),
        (['Ada,Minister,"A,ada', 'Bob,Minister,B",bob'], "party"),
        (['Ada,Minister,,"ada', 'Bob,Minister,,"bob'], "x"),
    ],
)
def test_a_stray_quotation_mark_gives_nobody_the_handle_of_the_next_row(
    lines: list[str], column: str, tmp_path: Path
) -> None:
    report = look(write(tmp_path / "a.csv", "name,role,party,x", *lines), tmp_path)

    assert [fault.row for fault in report.faults if "line break" in fault.message or "mark" in fault.message][:1] == [2]
    assert column == "x" or (2, column, f"{column} holds a line break") in places(report)


def test_a_sentence_of_a_source_may_have_several_lines(tmp_path: Path) -> None:
    report = look(write(tmp_path / "a.csv", "name,role,source,remark", 'Ada,MP,"a\nb","c\nd"'), tmp_path)

    assert (report.faults, report.roster.members[0].source) == ((), "a\nb")


@pytest.mark.parametrize(
    ("header", "rows", "fault"),
    [
        ("x_native_id", ["11", "12"], "native_id of 'ada' is '12' here and '11' in row 2"),
        (
            "opened_on",
            ["2020-01-01", "2021-01-01"],
            "opened_on of 'ada' is '2021-01-01' here and '2020-01-01' in row 2",
        ),
        ("x_native_id", ["11", "11"], None),
        ("x_native_id", ["", "11"], None),
        ("opened_on", ["2020-01-01", ""], None),
    ],
)
def test_two_rows_of_one_account_say_one_thing_about_it(
    header: str, rows: list[str], fault: str | None, tmp_path: Path
) -> None:
    lines = [
        f"Ada,{role},Q1,{handle},{cell}" for role, handle, cell in zip(("MP", "PM"), ("ada", "Ada"), rows, strict=True)
    ]
    report = look(write(tmp_path / "a.csv", f"name,role,qid,x,{header}", *lines), tmp_path)

    if fault:
        assert [fault.lower()] == [each.message.lower().split(":")[0] for each in report.faults]
        assert (report.faults[0].row, report.faults[0].column) == (3, header)
    else:
        (claim,) = report.roster.accounts
        assert report.faults == ()
        assert str(getattr(claim, header.removeprefix("x_"))) == max(rows)


@pytest.mark.parametrize("row", ["Full name,Office,x", "full name,OFFICE,", "Full name,,"])
def test_column_names_that_stand_there_again_are_nobody(row: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "Full name,Office,x", "Ada,MP,ada", row, "Bob,MP,bob")
    report = look(file, tmp_path)

    assert [member.name for member in report.roster.members] == ["Ada", "Bob"]
    assert [question.fault.message.split(":")[0] for question in report.questions] == [
        f"'{row.split(',', maxsplit=1)[0]}' stands in a row that repeats the column names"
    ]
    assert len(take(file, tmp_path, left_out=frozenset({3})).members) == 2


@pytest.mark.parametrize(
    ("name", "header", "row", "columns"),
    [
        ("accounts", "name,handle", "Ada,ada", ["platform"]),
        ("accounts", "handle,platform", "ada,x", ["figure_id"]),
        ("accounts", "name,platform", "Ada,x", ["handle"]),
        ("accounts", "name,platform,native_id", "Ada,x,1", []),
        ("statements", "name,platform", "Ada,x", ["event", "not_after", "publisher"]),
        ("statements", "event,not_after,publisher", "left,2023-01-01,Daily", ["figure_id", "platform"]),
        ("statements", "name,platform,event,not_before,publisher", "Ada,x,left,2023-01-01,Daily", []),
    ],
)
def test_a_column_that_a_file_of_accounts_or_statements_lacks_is_one_fault(
    name: str, header: str, row: str, columns: list[str], tmp_path: Path
) -> None:
    people = write(tmp_path / "a.csv", "name,role", "Ada,MP")
    other = write(tmp_path / "b.csv", header, row, *([row] if columns else []))
    given: dict[str, Any] = {name: other}
    report = look(people, tmp_path, **given)

    told = [fault.message.split(",")[0] for fault in report.faults]
    assert sorted(told) == [f"no column is known as '{column}'" for column in columns]
    assert all(fault.message.endswith(f"add a column {c}") for fault, c in zip(report.faults, columns, strict=True))


@pytest.mark.parametrize("name", ["accounts", "statements"])
def test_a_file_of_accounts_or_statements_without_rows_is_a_fault(name: str, tmp_path: Path) -> None:
    people = write(tmp_path / "a.csv", "name,role", "Ada,MP")
    other = write(tmp_path / "b.csv", "name,platform,handle,event,not_after,publisher")

    given: dict[str, Any] = {name: other}

    assert [fault.message.split(":")[0] for fault in look(people, tmp_path, **given).faults] == [
        "holds no row below its column names"
    ]


def test_a_row_without_a_name_is_no_figure_that_holds_an_account(tmp_path: Path) -> None:
    report = look(write(tmp_path / "a.csv", "name,role,x", "#N/A,MP,ada", "Bob,MP,ada"), tmp_path)

    assert (places(report), report.questions) == ([(2, "name", "is the error #N/A")], ())
    taken = look(write(tmp_path / "a.csv", "name,role,x", "Unnamed,MP,ada", "Bob,MP,ada"), tmp_path)
    assert any("is held by" in fault.message for fault in taken.open_points)


def test_answers_about_rows_that_are_none_or_two_answers_about_one_row_are_faults(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "The cabinet", "", "name,role", "Ada,MP", "Total,2")
    told: dict[str, Any] = {"left_out": frozenset({1, 3, 5, 9}), "kept": frozenset({5})}

    assert [fault.message for fault in look(file, tmp_path, **told).faults][:-1] == [
        "--leave-out 1 has no effect: row 1 stands above the column names",
        "--leave-out 3 has no effect: row 3 holds the column names",
        "--leave-out 9 has no effect: the table has no row 9 with cells",
        "row 1 looks like a title: delete rows 1 to 2, so that the column names are in row 1",
    ]
    assert (
        look(file, tmp_path, **told).faults[-1].message == "--leave-out 5 and --keep 5 contradict each other: write one"
    )


def test_a_column_that_is_mapped_twice_is_one_fault(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "a,name,role", "x,Ada,MP")
    report = look(file, tmp_path, mapping={"a": "name", "A": "role"})

    assert places(report) == [(1, None, "column 'a' is mapped twice")]


def test_an_account_on_a_closed_server_in_a_column_goes_into_a_file_of_accounts(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "name,role,to_day,mastodon", "Ada,MP,2024-01-01,ada@social.network.europa.eu")
    (fault,) = look(file, tmp_path).faults
    assert "put the account into a file of accounts (--accounts) with to_day" in fault.message

    write(file, "name,role", "Ada,MP")
    accounts = write(
        tmp_path / "b.csv", "name,platform,handle,to_day", "Ada,mastodon,ada@social.network.europa.eu,2024-01-01"
    )
    assert look(file, tmp_path, accounts=accounts).faults == ()
    write(accounts, "name,platform,handle", "Ada,mastodon,ada@social.network.europa.eu")
    assert "give to_day" in look(file, tmp_path, accounts=accounts).faults[0].message


@pytest.mark.proof
def test_a_census_with_a_first_day_is_asked_about_on_a_terminal(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "name,role,from_day", "Anna Berg,MP,2020-01-01")
    told = ("--source", "r", "--as-of", "2024-05-01", "--time-zone", "UTC", "--complete-from", "2020-01-01")
    said = on_a_terminal(tmp_path / "home", "roster", "import", str(file), *told, typed="census\n")

    assert "only a census is complete" not in said
    assert read_roster(tmp_path / "home" / "rosters" / "a").complete_from == date(2020, 1, 1)


def test_an_answer_to_roster_add_is_kept_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    take(write(tmp_path / "mine.csv", "name,role,country", "Bo Smith,Mayor,GB"), home / "rosters")
    for role in ("Judge", "Lord"):
        assert add(home, "Bo Smith", "--role", role, "--country", "UK", "--same", "gb-bo-smith")[0] == 0

    assert len(read_roster(home / "rosters" / "mine").asked) == 1


def test_a_file_without_the_kind_of_import_is_told_what_to_write(tmp_path: Path) -> None:
    done = kooch(tmp_path, "import", "reports.csv")

    assert done.returncode == 2
    assert "Say what it is: `kooch import evidence reports.csv`." in done.stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Großbritannien", "GB"),
        ("Grande-Bretagne", "GB"),
        ("England", "GB"),
        ("États-Unis d'Amérique", "US"),
        ("Weißrussland", "BY"),
    ],
)
def test_usual_names_of_countries_are_known(text: str, code: str, tmp_path: Path) -> None:
    report = look(write(tmp_path / "a.csv", "name,role,country", f"Ada,MP,{text}"), tmp_path)

    assert (report.faults, report.roster.members[0].country) == ((), code)


@pytest.mark.parametrize("text", ["n/d", "pas de compte", "sin cuenta", "kein Konto", "sem conta"])
def test_a_word_for_no_account_is_read_as_empty_and_said_with_its_file(text: str, tmp_path: Path) -> None:
    report = look(write(tmp_path / "a.csv", "name,role,x", f"Ada,MP,{text}"), tmp_path)

    assert report.accounts == {}
    assert f"a.csv, row 2: x '{text}' names nobody: it was read as empty" in report.notes


def held_by(report: ImportReport) -> list[str]:
    return [note for note in report.notes if "is held by" in note]


def test_one_account_of_two_figures_is_a_question_until_it_is_answered(tmp_path: Path) -> None:
    known = take(write(tmp_path / "known.csv", "name,role,country,x", "Ada King,MP,GB,ada"), tmp_path)
    file = write(tmp_path / "new.csv", "name,role,country,x,bluesky", "Lady L.,MP,GB,ada,a.example.org", "Cy,MP,GB,,")
    report = look(file, tmp_path, known=[known])

    assert questions(report) == [(2, ("gb-ada-king", "gb-lady-l"))]
    said = report.questions[0].fault.message
    assert said == (
        "x handle 'ada' is held by 'gb-lady-l' and by 'gb-ada-king' "
        f"({tmp_path / 'known' / 'accounts.csv'}, row 2): deny one of the two claims, or say with from_day and to_day whose it was "
        "when. If they are one figure, write --same gb-ada-king=gb-lady-l. If they are two and each claim is right, write "
        "--different gb-ada-king,gb-lady-l"
    )
    assert held_by(report) == []
    pair = (("gb-ada-king", "gb-lady-l"),)
    one, two = (look(file, tmp_path, known=[known], **{answer: pair}) for answer in ("same", "different"))
    assert (one.open_points, one.roster.figure_ids) == ([], ("gb-ada-king", "gb-cy"))
    assert (two.open_points, len(held_by(two))) == ([], 1)


def test_one_account_of_two_rows_is_a_question_and_a_fault_if_they_are_two(tmp_path: Path) -> None:
    file = write(tmp_path / "new.csv", "name,role,x,bluesky", "Ada,MP,ada,a.example.org", "Bo,Mayor,ada,a.example.org")
    report, pair = look(file, tmp_path), (("ada", "bo"),)

    assert (questions(report), report.faults) == ([(3, ("ada", "bo"))], ())
    assert look(file, tmp_path, same=pair).open_points == []
    assert [fault.row for fault in look(file, tmp_path, different=pair).faults] == [3, 3]


def test_an_account_of_two_who_may_be_one_by_name_is_asked_about_once(tmp_path: Path) -> None:
    known = take(write(tmp_path / "known.csv", "name,role,country,x", "Emmanuel Macron,President,FR,em"), tmp_path)
    file = write(tmp_path / "new.csv", "name,role,country,x", "M. Emmanuel Macron,MP,FR,em")
    report = look(file, tmp_path, known=[known])

    assert (questions(report), held_by(report)) == ([(2, ("fr-emmanuel-macron", "fr-m-emmanuel-macron"))], [])


def test_an_account_of_a_person_and_an_office_is_no_question(tmp_path: Path) -> None:
    known = take(write(tmp_path / "known.csv", "name,role,kind,x", "The office,Office,office,pm"), tmp_path)
    report = look(write(tmp_path / "new.csv", "name,role,x", "Ada,PM,pm"), tmp_path, known=[known])

    assert (report.questions, len(held_by(report))) == ((), 1)


def test_a_table_without_kinds_says_which_kind_everybody_gets(tmp_path: Path) -> None:
    said = "2 rows have no kind. Kooch takes each as a person: write institution, party or office in a column kind"
    other = "1 row has no kind. Kooch takes it as an office: write person, institution or party in a column kind"

    file = write(tmp_path / "a.csv", "name,role", "Ada,MP", "NATO,Alliance", "Total,2")
    assert said in look(file, tmp_path, left_out=frozenset({4})).notes
    assert other in look(write(tmp_path / "b.csv", "name,role", "The office,Office"), tmp_path, kind="office").notes
    assert (
        look(write(tmp_path / "a.csv", "name,role,kind", "Ada,MP,", "NATO,Alliance,institution"), tmp_path).notes == ()
    )


@pytest.mark.parametrize(
    ("above", "says"),
    [
        ([["The cabinet"]], "row 1 looks like a title: delete it, so that the column names are in row 1"),
        (
            [["The cabinet"], [""]],
            "row 1 looks like a title: delete rows 1 to 2, so that the column names are in row 1",
        ),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "ods", "xlsx"])
def test_a_title_above_the_column_names_is_one_fault(
    above: list[list[object]], says: str, ending: str, tmp_path: Path
) -> None:
    file = tmp_path / f"a.{ending}"
    rows = [[*row, *[""] * (len(SHEET[0]) - len(row))] for row in above] + SHEET
    if ending == "csv":
        write(file, *(",".join(map(str, row)).rstrip(",") for row in rows))
    else:
        (write_ods if ending == "ods" else write_xlsx)(file, rows, merges=["A1:G1"])
    report = look(file, tmp_path)

    assert [fault.message for fault in report.faults] == [says]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("above", ["The cabinet", ""])
def test_the_separator_is_that_of_the_column_names(above: str, delimiter: str, tmp_path: Path) -> None:
    rows = ["name,role,x".replace(",", delimiter), delimiter.join(("Ada", "Minister, deputy", "ada"))]
    report = look(write(tmp_path / "a.csv", above, *rows), tmp_path)

    assert [member.role for member in report.roster.members] == ["Minister, deputy"]
    assert [fault.message.split(":")[0] for fault in report.faults] == (["row 1 looks like a title"] if above else [])


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ('name,"role,x', "has a quotation mark that is not closed"),
        ('"name",role,"x"y', "has text behind a closing quotation mark"),
    ],
)
def test_column_names_of_a_text_that_cannot_be_read_are_one_fault(header: str, says: str, tmp_path: Path) -> None:
    report = look(write(tmp_path / "a.csv", header, "Ada,MP,ada", "Bob,MP,bob"), tmp_path)

    assert places(report) == [(1, None, says)]
    assert report.ignored == ()


@pytest.mark.parametrize("write_sheet", [write_xlsx, write_ods])
@pytest.mark.parametrize("lost", [{"error": "#REF!"}, {"formula": "LOWER(A1)"}])
@pytest.mark.parametrize("n", [1, 2, len(SHEET[0])])
def test_column_names_of_a_sheet_that_cannot_be_read_are_a_fault_each(
    n: int, lost: dict[str, str], write_sheet: Writer, tmp_path: Path
) -> None:
    file = tmp_path / ("a.xlsx" if write_sheet is write_xlsx else "a.ods")
    write_sheet(file, [[*[lost] * n, *SHEET[0][n:]], *SHEET[1:]])
    report = look(file, tmp_path)

    assert [(fault.row, fault.message[:8]) for fault in report.faults] == [(1, f"cell {c}1 ") for c in "ABCDEFG"[:n]]


@pytest.mark.parametrize("write_sheet", [write_xlsx, write_ods])
def test_an_error_above_the_column_names_is_told(write_sheet: Writer, tmp_path: Path) -> None:
    file = tmp_path / ("a.xlsx" if write_sheet is write_xlsx else "a.ods")
    write_sheet(file, [[{"error": "#REF!"}, *[""] * (len(SHEET[0]) - 1)], *SHEET])
    report = look(file, tmp_path)

    assert [fault.message.split(":")[0] for fault in report.faults] == ["row 1 looks like a title"]


def test_two_equal_columns_that_nobody_reads_are_left_out(tmp_path: Path) -> None:
    report = look(write(tmp_path / "a.csv", "name,role,note,note", "Ada,MP,a,b"), tmp_path)

    assert (report.faults, report.ignored) == ((), ("a.csv: note",))
    assert [
        fault.column for fault in look(write(tmp_path / "a.csv", "name,role,x,x", "Ada,MP,a,a"), tmp_path).faults
    ] == ["x"]


def test_a_file_without_column_names_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("")
    (fault,) = look(tmp_path / "b.csv", tmp_path).faults

    assert (fault.row, fault.message) == (1, "has no column names: write one above each column")


@pytest.mark.parametrize("name", ["name", "Full Name", "Twitter", "X / Twitter"])
def test_the_name_of_the_only_column_is_no_title(name: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", name, "Berg, Anna", "Hansen, Ole")
    report = look(file, tmp_path)

    assert [(fault.row, fault.message.split(":")[0]) for fault in report.faults if fault.row != 1] == [
        (2, "has 2 cells, the header has 1"),
        (3, "has 2 cells, the header has 1"),
    ]
    assert not any("title" in fault.message for fault in report.faults)


@pytest.mark.parametrize("text", ["X / Twitter", "X (Twitter)", "twitter", "X", " x/twitter "])
def test_a_platform_is_read_by_both_of_its_names(text: str) -> None:
    assert platform_meant(text) == "x"


@pytest.mark.parametrize("text", ["X / Bluesky", "X / Myspace"])
def test_two_platforms_are_none(text: str) -> None:
    assert platform_meant(text) not in platforms()


def test_an_answer_without_effect_is_a_fault_that_says_why(tmp_path: Path) -> None:
    known = take(write(tmp_path / "known.csv", ONE, "Ada King,Countess,GB,,Q1,,", "Bo King,MP,GB,,Q2,,"), tmp_path)
    file = write(tmp_path / "new.csv", ONE, "Ada King,MP,GB,,Q1,,", "Cy,,GB,,,,")
    told: dict[str, Any] = {
        "same": (("gb-ada-king", "gb-bo-king"), ("gb-cy", "gb-nobody")),
        "different": (("gb-ada-king", "Q1"),),
        "left_out": frozenset({999}),
        "kept": frozenset({2, 777}),
    }
    report = look(file, tmp_path, known=[known], **told)

    two = "the ids of 'gb-ada-king' and 'gb-bo-king' contradict each other (Q1, Q2); correct the ids"
    assert [fault.message for fault in report.faults] == [
        "--different gb-ada-king,Q1 has no effect: both are 'gb-ada-king' by their ids; correct the ids",
        "--keep 777 has no effect: the table has no row 777 with cells",
        "--leave-out 999 has no effect: the table has no row 999 with cells",
        f"--same gb-ada-king=gb-bo-king has no effect: {two}",
        "--same gb-cy=gb-nobody: 'gb-nobody' is neither a figure, nor an id, nor a new figure of this list",
        "role is empty: every row needs one",
    ]
    assert "--keep 2 has no effect: row 2 does not look like a total, and is kept anyway" in report.notes


@pytest.mark.parametrize("pair", [("gb-bob", "Q9"), ("Q9", "gb-bob"), ("gb-bob", "gb-robert")])
def test_an_answer_joins_no_figures_whose_ids_contradict_each_other(pair: tuple[str, str], tmp_path: Path) -> None:
    known = take(write(tmp_path / "known.csv", ONE, "Bob,MP,GB,,Q1,,"), tmp_path)
    report = look(write(tmp_path / "new.csv", ONE, "Robert,MP,GB,,Q9,,"), tmp_path, known=[known], same=(pair,))

    assert report.roster.figure_ids == ("gb-robert",)
    (fault,) = report.faults
    first, second = ("gb-robert", "gb-bob") if pair[0] == "Q9" else ("gb-bob", "gb-robert")
    ids = "Q9, Q1" if pair[0] == "Q9" else "Q1, Q9"
    assert fault.message == (
        f"--same {'='.join(pair)} has no effect: the ids of '{first}' and '{second}' contradict each other ({ids}); correct the ids"
    )


def test_an_answer_without_effect_names_the_lists_or_the_column_that_keep_two_figures_apart(tmp_path: Path) -> None:
    known = take(write(tmp_path / "known.csv", ONE, "Ada King,MP,GB,,Q1,,", "Bo King,MP,GB,,,bioguide:B1,"), tmp_path)
    rows = ["gb-cy,Cy,MP,GB", "gb-ada-king,Ada King,MP,GB"]
    file = write(tmp_path / "new.csv", "figure_id,name,role,country", *rows)
    same = (("gb-ada-king", "gb-bo-king"), ("gb-ada-king", "gb-cy"))
    report = look(file, tmp_path, known=[known], same=same)

    assert [fault.message.partition("no effect: ")[2] for fault in report.faults] == [
        "'gb-ada-king' and 'gb-bo-king' are two figures on the lists that you have; write one figure_id in the rows of both",
        "the table gives 'gb-ada-king' and 'gb-cy' a figure_id each; write one figure_id in the rows of both",
    ]


def test_a_check_of_lists_gives_no_advice_about_an_import(tmp_path: Path) -> None:
    file = write(tmp_path / "known.csv", "name,role,kind,x", "Office,PM,office,pm", "Ministry,Work,institution,pm")
    report = look(file, tmp_path)
    (fault,) = check([report.roster])

    assert "deny one of the two claims" in fault.message
    assert "--same" not in fault.message
    assert [each.message for each in report.faults] == [fault.message]


def test_ids_that_speak_of_two_figures_are_a_fault(tmp_path: Path) -> None:
    known = take(write(tmp_path / "k.csv", ONE, "Ada King,MP,GB,,Q1,,", "Bo King,MP,GB,,,bioguide:B1,"), tmp_path)
    file = write(tmp_path / "new.csv", ONE, "Ada King,MP,GB,,Q1,bioguide:B1,")

    assert (2, "name", "'Ada King' has ids of 'gb-ada-king' and 'gb-bo-king'") in places(
        look(file, tmp_path, known=[known])
    )
    with pytest.raises(RosterError, match="has ids of"):
        take(file, tmp_path, known=[known])


def test_the_minister_whose_joining_began_it_all_is_one_figure(tmp_path: Path) -> None:
    koo = read_roster(BUNDLED_ROSTERS / "in-koo-2021")
    file = write(tmp_path / "mine.csv", "name,country,qid,role", "Ravi Shankar Prasad,IN,Q3630922,MP", "Modi,IN,,PM")
    report = look(file, tmp_path, known=[koo])

    assert report.roster.figure_ids[0] == "in-ravi-shankar-prasad"
    assert report.questions == ()
    assert len({member.figure_id for member in koo.members if member.wikidata_qid}) >= 9


@needs_cases
@pytest.mark.parametrize(("file", "rows"), [("berg.csv", [3]), ("samename.csv", [3, 5]), ("na.csv", [])])
def test_namesakes_of_the_cases_are_asked_about(file: str, rows: list[int], tmp_path: Path) -> None:
    mapping = CASE_COLUMNS if file == "samename.csv" else {}

    report = look(SHARED / "06-same-name" / file, tmp_path, mapping=mapping)
    assert [question.fault.row for question in report.questions] == rows


SPELLINGS = [
    ("Narendra Modi", "Modi, Shri Narendra"),
    ("Harsh Vardhan", "Dr. Harsh Vardhan"),
    ("Emmanuel Macron", "M. Emmanuel Macron"),
    ("Mme Anne Hidalgo", "Anne Hidalgo"),
    ("Mlle. Ana Sol", "Srta. Ana Sol"),
    ("Dott.ssa Elly Schlein", "Elly Schlein"),
    ("Ada\u200bBerg", "AdaBerg"),
    ("नरेन्द्र मोदी", "नरेंद्र मोदी"),
    ("फ़ारूक़ अब्दुल्ला", "फारूक अब्दुल्ला"),
    ("安倍 晋三", "安倍晋三"),
    ("조 국", "조국"),
    ("محمد بن سلمان", "مُحَمَّد بن سلمان"),
    ("علي", "علی"),
    ("IŞIK Ali", "ışık ali"),
    ("İbrahim Işık", "Ibrahim Isik"),
    ("STRASSE Otto", "Otto Straße"),
    ("ΝΙΚΟΣ", "Νίκος"),
    ("髙橋 はるみ", "高橋はるみ"),
    ("渡邉美樹", "渡辺 美樹"),
    ("山﨑", "山崎"),
    ("葛\U000e0100城", "葛城"),
    ("Mohamed Salah", "Salah Muhammad"),
    ("Mohammed Ali", "Mohammad Ali"),
    ("Jörg Müller", "Müller, Joerg"),
    ("Peter Müller", "Peter Mueller"),
    ("Søren Ås", "Soeren Aas"),
    ("Senator Ada Berg", "Ada Berg"),
    ("Ada Berg, PhD", "Berg, Ada"),
    ("श्री नरेंद्र मोदी", "नरेंद्र मोदी"),
    ("د. محمد علي", "محمد علي"),
    ("فاطمة الزهراء", "فاطمه الزهراء"),
    ("Moon Jae-in", "Jaein Moon"),
    ("Anne-Marie Berg", "Annemarie Berg"),
    ("Ada Berg (politician)", "Ada Berg"),
    ("Ａｄａ Berg", "Ada\u00a0Berg"),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_two_spellings_of_one_name_are_asked_about(one: str, other: str, tmp_path: Path) -> None:
    report = look(write(tmp_path / "list.csv", "name,role,country", f'"{one}",MP,IN', f'"{other}",Mayor,IN'), tmp_path)

    assert len(report.questions) == 1, report.notes
    assert len(report.roster.figure_ids) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("李伟", "伟李"),
        ("Ravi Kumar", "Ravi Kumari"),
        ("Sir Ada", "Ada"),
        ("Rama", "Ramā Devī"),
        ("नरेंद्र", "नरेश"),
        ("Mahmoud Ali", "Mohamed Ali"),
        ("Ada Berg", "Adele Berg"),
        ("Amartya Kumar Sen", "Amartya Kumar"),
        ("(unknown)", "(vacant)"),
    ],
)
def test_two_names_that_differ_are_two_without_a_question(one: str, other: str, tmp_path: Path) -> None:
    report = look(
        write(tmp_path / "list.csv", "name,role,country", f'"{one}",MP,IN', f'"{other}",Mayor,IN'),
        tmp_path,
        kept=frozenset({2, 3}),
    )

    assert (report.questions, len(report.roster.figure_ids)) == ((), 2)


@needs_cases
def test_an_mp_and_a_mayor_of_one_name_are_asked_about(tmp_path: Path) -> None:
    first = take(SHARED / "06-same-name" / "na.csv", tmp_path)

    assert questions(look(SHARED / "06-same-name" / "nb.csv", tmp_path, known=[first])) == [
        (2, ("de-peter-muller", "de-peter-muller-2"))
    ]


@needs_cases
@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("errors.xlsx", [(3, "x"), (4, "bluesky"), (5, "x")]),
        ("formulas.xlsx", [(3, "x"), (4, "x")]),
        ("merged.xlsx", []),
    ],
)
def test_lost_cells_of_the_cases_are_named_or_filled(file: str, found: list[tuple[int, str]], tmp_path: Path) -> None:
    report = look(SHARED / "05-xlsx-lost-cells" / file, tmp_path, mapping=CASE_COLUMNS)

    assert [(fault.row, fault.column) for fault in report.faults] == found
    if file == "merged.xlsx":
        assert {member.party for member in report.roster.members} == {"Green"}


# Adding one


def add(home: Path, *words: str) -> tuple[int, str]:
    done = kooch(home, "roster", "add", "mine", *words, "--source", "register")
    return done.returncode, done.stderr


@pytest.mark.proof
def test_adding_somebody_of_a_known_name_asks_and_names_both_answers(tmp_path: Path) -> None:
    home = tmp_path / "home"
    take(write(tmp_path / "mine.csv", "name,role,country", "Bo Smith,Mayor,GB"), home / "rosters")
    prasad = ("Ravi Shankar Prasad", "--role", "MP", "--country", "India")

    code, said = add(home, *prasad)
    assert (code, "may be in-ravi-shankar-prasad of in-koo-2021" in said) == (2, True)
    assert "--same in-ravi-shankar-prasad, or --different" in said
    assert add(home, *prasad, "--same", "in-nobody") == (
        2,
        "--same is 'in-nobody', which is not a figure_id of any list.\n",
    )
    assert read_roster(home / "rosters" / "mine").figure_ids == ("gb-bo-smith",)

    assert add(home, *prasad, "--qid", "Q3630922")[0] == 0
    assert add(home, "Bo Smith", "--role", "Judge", "--country", "UK", "--different")[0] == 0
    assert read_roster(home / "rosters" / "mine").figure_ids == (
        "gb-bo-smith",
        "in-ravi-shankar-prasad",
        "gb-bo-smith-2",
    )
    code, said = add(home, "gb-bo-smith", "--platform", "bluesky", "--handle", "none at all")
    assert (code, "is not a handle of Bluesky" in said) == (2, True)
    assert read_roster(home / "rosters" / "mine").accounts == ()


def test_an_id_stays_with_its_platform_when_the_handle_beside_it_is_of_another(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "name,role,x,x_id", "Ada,MP,https://www.threads.net/@ada,42", "Bea,MP,bea,43")
    report = look(file, tmp_path)

    assert [(claim.platform, claim.handle, claim.native_id) for claim in report.roster.accounts] == [
        ("threads", "ada", None),
        ("x", None, "42"),
        ("x", "bea", "43"),
    ]


def test_an_archived_account_whose_id_was_rounded_is_not_read_as_its_neighbour() -> None:
    user = {"id": 1234567890123456800, "screen_name": "ada", "name": "Ada", "protected": False, "followers_count": 5}
    at = datetime(2021, 2, 10, tzinfo=UTC)

    with pytest.raises(UnreadableError, match="which a program has rounded"):
        read_v1_user(user, at)
    assert read_v1_user(user | {"id_str": "1234567890123456800"}, at).native_id == "1234567890123456800"
    assert read_v1_user(user | {"id": 1234567890123456789}, at).native_id == "1234567890123456789"
    assert read_v1_user(user | {"id": 117501995}, at).native_id == "117501995"


# On a terminal


@pytest.mark.proof
def test_on_a_terminal_what_is_missing_and_who_is_whom_is_asked(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = write(
        tmp_path / "berg.csv", "name,role,country,unit", "Anna Berg,MP,NO,Oslo", "Anna Berg,MP,NO,Troms", "Total,2,,"
    )
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        command(home, "roster", "import", str(file)),
        stdin=writer,
        stdout=writer,
        stderr=writer,
        env={**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"},
    )
    os.close(writer)
    # Source, a day that is none and one that is, a zone that is none and one that is, a selection that is none and one that is, one person?, leave it out?
    os.write(reader, b"register\nsoon\n2024-05-01\nOslo\nEurope/Oslo\neverybody\ncensus\nn\ny\n")
    said = b""
    with suppress(OSError):  # Linux ends a terminal that nobody writes to with an error
        while part := os.read(reader, 4096):
            said += part
    os.close(reader)

    assert process.wait(timeout=60) == 0, said.decode()
    assert "may be no-anna-berg of this list (MP, Oslo)" in said.decode()
    assert "'soon' is not a day" in said.decode()
    assert "'Oslo' is unknown: write e.g. Asia/Kolkata" in said.decode()
    roster = read_roster(home / "rosters" / "berg")
    assert roster.figure_ids == ("no-anna-berg", "no-anna-berg-2")
    assert (roster.source, roster.as_of, roster.time_zone, roster.selection) == (
        *("register", date(2024, 5, 1), "Europe/Oslo", "census"),
    )


@pytest.mark.proof
def test_on_a_terminal_nobody_is_asked_about_a_table_with_faults(tmp_path: Path) -> None:
    file = write(tmp_path / "berg.csv", "name,country", "Anna Berg,NO")
    said = on_a_terminal(tmp_path / "home", "roster", "import", str(file))

    assert "no column is known as 'role'" in said
    assert "Who says" not in said


def test_an_official_id_of_two_figures_and_two_ids_of_one_figure_are_faults(tmp_path: Path) -> None:
    people = [
        stores.member("ann", official_ids=("bioguide:A1", "riksdag:1", "riksdag:2")),
        stores.member("ann", role="Mayor", official_ids=("riksdag:2",)),
        stores.member("ann", role="Judge", official_ids=("bioguide:A2",)),
        stores.member("bo", official_ids=("riksdag:1",)),
    ]
    faults = check([read_roster(write_roster(stores.roster("people", people), tmp_path))])

    assert [(fault.row, fault.message.split(" in ")[0]) for fault in faults] == [
        (4, "figure_id 'ann' has official_ids 'bioguide:A2' here and 'bioguide:A1'"),
        (5, "official_ids 'riksdag:1' is 'bo' here and 'ann'"),
    ]


# What stood before


def test_a_table_that_replaces_a_list_keeps_its_statements_and_versions(tmp_path: Path) -> None:
    table = write(tmp_path / "mine.csv", "name,role,bluesky", "Ann,MP,ann.bsky.social", "Bo,MP,bo.bsky.social")
    first = take(table, tmp_path, slug="mine")
    runs = tuple(
        Run(
            figure_id=member.figure_id,
            platform="bluesky",
            handle=f"{member.figure_id}.bsky.social",
            first_listed=date(2024, 1, 1),
            last_listed=date(2024, 2, 1),
            snapshots=2,
            ended="still",
        )
        for member in first.members
    )
    said = stores.statement("ann", "joined", "2024-01-05", platform="bluesky", not_after="2024-01-05")
    write_roster(replace(first, statements=(said,), series=runs, series_label="by the list"), tmp_path, replace=True)
    write(table, "name,role,bluesky", "Ann,MP,ann.bsky.social", "Cy,MP,cy.bsky.social")
    report = look(table, tmp_path, slug="mine", replace_existing=True)
    take(table, tmp_path, slug="mine", replace_existing=True)
    kept = read_roster(tmp_path / "mine")

    assert [statement.figure_id for statement in kept.statements] == ["ann"]
    assert [run.figure_id for run in kept.series] == ["ann"]
    assert kept.series_label == "by the list"
    assert "2 rows of statements.csv and series.csv stay; 1 are about" in " ".join(report.notes)


def test_a_list_without_its_roster_yaml_is_said(tmp_path: Path) -> None:
    take(write(tmp_path / "mine.csv", "name,role", "Ann,MP"), tmp_path, slug="mine")
    (tmp_path / "mine" / "roster.yaml").rename(tmp_path / "mine" / "roster.yml")

    with pytest.raises(RosterError, match=r"roster\.yaml.*is missing, and members\.csv is there"):
        read_rosters(tmp_path)
