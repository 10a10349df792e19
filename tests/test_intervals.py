"""intervals.csv: every end names its source or run, and party and role are those of the day. The answers are by hand."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from kooch.export import export_version
from kooch.store.versions import reading_file
from tests.stores import bundle, claim, crawl, load, member, query, roster, seen, statement

ANN = "did:plc:" + "a" * 24
DAY = 24 * 60
SOURCES = {
    "joined_not_before": "from_source",
    "joined_before": "to_source",
    "ended_not_before": "ended_from_source",
    "ended_before": "ended_to_source",
    "last_sign_at": "last_sign_source",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ann deletes her account between two looks. Bo leaves Koo and is back, in another party and role. Cy stays to its end."""
    home = tmp_path_factory.mktemp("intervals")
    told = (
        ("bo", "joined", "2021-02-10"),
        ("bo", "left", "2021-03-10"),
        ("bo", "joined", "2021-04-10"),
        ("cy", "joined", "2021-05-10"),
    )
    people = roster(
        "people",
        [
            member("ann"),
            member("bo", party="Red", role="MP", to_day=date(2021, 3, 31)),
            member("bo", party="Blue", role="minister", from_day=date(2021, 4, 1)),
            member("cy"),
        ],
        accounts=(claim("ann", None, ANN),),
        statements=[statement(who, event, day, not_before=day, not_after=day) for who, event, day in told],  # type: ignore[arg-type] # a closed set
        vouches=False,
    )
    for n, status in enumerate(("active", "deleted", "deleted")):
        crawl(home, seen(ANN, n * DAY, status=status), state="complete")
    load(home, bundle(home / "bundled", people))
    return home


@pytest.fixture(scope="module")
def intervals(home: Path, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    folder = tmp_path_factory.mktemp("export") / "all"
    export_version(reading_file(home), folder)
    return pl.read_csv(folder / "intervals.csv", infer_schema_length=None).sort("figure_id", "spell")


@pytest.mark.proof
def test_every_end_names_its_document_or_its_run(home: Path, intervals: pl.DataFrame) -> None:
    # The look that first found it gone gives both facts: since when, and that it was there before.
    ((gone,),) = query(home, "SELECT 'run ' || min_by(run_id, valid_at) FROM observations WHERE status = 'deleted'")
    koo, url = query(home, "SELECT citation, url FROM platforms JOIN sources USING (source_id) WHERE platform = 'koo'")[
        0
    ]
    columns = ("figure_id", "ended_by", "ended_from_source", "ended_to_source", "ended_to_url")

    assert intervals.select(columns).rows() == [
        ("ann", "owner", gone, gone, None),
        ("bo", "owner", "Daily, 10 March 2021", "Daily, 10 March 2021", None),
        ("bo", "platform", koo, koo, url),
        ("cy", "platform", koo, koo, url),
    ]


def test_party_and_role_are_those_of_the_day_of_joining(intervals: pl.DataFrame) -> None:
    assert intervals.filter(figure_id="bo").select("spell", "party", "role").rows() == [
        (1, "Red", "MP"),
        (2, "Blue", "minister"),
    ]


def test_no_time_is_without_its_source(home: Path, bundled_home: Path) -> None:
    conditions = " OR ".join(f"({value} IS NOT NULL AND {source} IS NULL)" for value, source in SOURCES.items())

    for each in (home, bundled_home):
        assert query(each, f"SELECT * FROM intervals WHERE {conditions}") == []
        assert all(query(each, f"SELECT bool_or({value} IS NOT NULL) FROM intervals") == [(True,)] for value in SOURCES)


def test_each_member_of_a_bundled_list_without_a_join_has_a_row_for_each_platform_of_the_list(
    bundled_home: Path,
) -> None:
    expected = """
        SELECT DISTINCT m.figure_id, c.platform
        FROM memberships AS m
        INNER JOIN coverage AS c USING (roster)
        ANTI JOIN joins AS j ON j.figure_id = m.figure_id AND j.platform = c.platform
    """

    assert query(bundled_home, f"SELECT count(*) > 1000 FROM ({expected})") == [(True,)]
    assert query(bundled_home, f"({expected}) EXCEPT ALL SELECT figure_id, platform FROM stays WHERE stay = 0") == []
