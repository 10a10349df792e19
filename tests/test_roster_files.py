"""Kooch can read what it wrote: any text in any cell, and a kill at any step of a replacement."""

import os
import signal
import sys
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kooch.errors import RosterError
from kooch.rosters import (
    AccountClaim,
    Asked,
    ImportOptions,
    Member,
    Roster,
    Statement,
    import_evidence,
    import_roster,
    read_evidence,
    read_roster,
    read_rosters,
    write_roster,
)
from kooch.rosters.cells import Text, fault_of
from kooch.rosters.models import parse_row
from kooch.rosters.write import cells_of
from tests import stores

DAY = date(2024, 5, 1)
MEMBER = Member(figure_id="xx-ada", name="Ada", kind="person", role="Minister", source="A register")
CLAIM = AccountClaim(figure_id="xx-ada", platform="koo", polarity="accepts", handle="ada", source="A register")
STATEMENT = Statement(
    figure_id="xx-ada",
    platform="koo",
    event="joined",
    not_after=DAY,
    publisher="Daily",
    published_on=DAY,
    time_zone="Asia/Kolkata",
)
ROSTER = Roster(
    slug="a-list",
    title="A list",
    description="One figure",
    source="A register",
    licence="CC0-1.0",
    as_of=DAY,
    time_zone="Asia/Kolkata",
    selection="listed",
    members=(MEMBER,),
    accounts=(CLAIM,),
    statements=(STATEMENT,),
    asked=(Asked(figure_id="xx-ada", name="Ada", country="XX"),),
)
TEXTS = st.text() | st.text(alphabet="a\r\n\t\"',;| @=\u2028\ufeff\u0301", max_size=8)


def at(value: Any, **texts: str) -> dict[str, str]:  # noqa: ANN401 -- any row
    return cells_of(value) | texts


@given(text=TEXTS, other=TEXTS)
def test_any_text_in_any_cell_is_refused_or_reads_as_it_was_written(text: str, other: str) -> None:
    place: dict[str, Any] = {"file": Path("table.csv"), "row": 2}
    member, claim, statement = MEMBER, CLAIM, STATEMENT
    with TemporaryDirectory() as folder:
        try:
            member = parse_row(
                Member, at(MEMBER, name=text, role=other, aliases=text, party=other, source=text), **place
            )
            claim = parse_row(AccountClaim, at(CLAIM, handle=text, native_id=other, note=text, source=other), **place)
            statement = parse_row(
                Statement, at(STATEMENT, handle=other, publisher=text, wording=other, derived_from=text), **place
            )
            title = "A list" if fault_of(Text, text) else text.strip()
            roster = replace(ROSTER, title=title, members=(member,), accounts=(claim,), statements=(statement,))
            written = write_roster(roster, Path(folder))
        except RosterError:
            return

        assert read_roster(written) == roster


@pytest.mark.parametrize("cell", ["Line one\rline two", "\rfirst", "last\r", "a\r\nb", 'a "quoted"\rb', "a\r\rb"])
def test_a_lone_carriage_return_is_imported_and_read_again(tmp_path: Path, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    (tmp_path / "list.csv").write_bytes(f"name,role,source\nAda,MP,{quoted}\n".encode())
    options = ImportOptions(source="reg", as_of=DAY, time_zone="Asia/Kolkata")
    import_roster(tmp_path / "list.csv", into=tmp_path / "own", options=options)
    (member,) = read_roster(tmp_path / "own" / "list").members

    assert member.source == cell.strip()


def test_a_lone_carriage_return_in_evidence_is_read_again(tmp_path: Path) -> None:
    roster = stores.roster("people", [stores.member("ann")])
    (tmp_path / "press.csv").write_bytes(
        b"figure_id,platform,event,not_after,publisher,published_on,time_zone,wording\n"
        b'ann,koo,joined,2021-02-10,Daily,2021-02-10,Asia/Kolkata,"one\rtwo"\n'
    )
    report = import_evidence(tmp_path / "press.csv", into=tmp_path / "own", rosters=[roster])

    assert not report.faults
    assert [statement.wording for statement in read_evidence(tmp_path / "own")] == ["one\rtwo"]


def killed(n: int, roster: Roster, into: Path) -> bool:
    """Replace `roster` in a process that is killed before its nth step on the disk; whether it got so far."""
    child = os.fork()
    if not child:
        steps = count(1)

        def step(event: str, arguments: tuple[Any, ...]) -> None:
            is_step = event in {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}
            is_step |= event == "open" and str(arguments[0]).startswith(str(into))
            if is_step and next(steps) == n:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(step)
        write_roster(roster, into, replace=True)
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


@pytest.mark.proof
def test_a_replacement_killed_at_any_step_is_the_old_list_or_the_new_one(tmp_path: Path) -> None:
    new = replace(ROSTER, title="The new list", statements=())
    seen = []
    for n in count(1):
        into = tmp_path / str(n)
        write_roster(ROSTER, into)
        was_killed = killed(n, new, into)
        (read,) = read_rosters(into)
        seen.append(read == new)

        assert read in {ROSTER, new}
        # The next one is replaced as if nothing had happened.
        write_roster(ROSTER, into, replace=True)
        assert read_rosters(into) == [ROSTER]
        if not was_killed:
            break

    assert seen == sorted(seen)
    assert len(seen) > 10
    assert [path.name for path in into.iterdir()] == ["a-list"]


def test_two_replacements_at_once_leave_one_of_both(tmp_path: Path) -> None:
    write_roster(ROSTER, tmp_path)
    write_roster(replace(ROSTER, title="The new list"), tmp_path / "aside").rename(tmp_path / ".a-list.ready")
    (tmp_path / "aside").rmdir()
    (tmp_path / "a-list").rename(tmp_path / ".a-list.replaced")

    assert [roster.title for roster in read_rosters(tmp_path)] == ["The new list"]
    assert [path.name for path in tmp_path.iterdir()] == ["a-list"]
