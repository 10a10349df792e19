"""A placeholder names nobody: a cell that means no account, or another site's page, is never counted."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kooch.errors import RosterError
from kooch.rosters import ImportOptions, ImportReport, check, import_roster, read_roster, write_roster
from kooch.store.versions import targets
from tests.commands import kooch
from tests.stores import bundle, claim, load, member, query, roster, statement

SHARED = Path(__file__).parents[2] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not SHARED.exists(), reason="the cases are not beside this repository")
CASE_COLUMNS = {"Full name": "name", "Office": "role", "Land": "country", "Where from": "source"}

# Cells that never count as an account, however they came into a list: platform, handle, native_id.
NOBODY: list[tuple[str, str | None, str | None]] = [
    *(("x", text, None) for text in ("none", "unknown", "n/a", "-", "?", "(inactive)", "tos", "home", "jobs", "sixteen_letters_")),
    *(("bluesky", text, None) for text in ("none", "name.internal", "ada.example", "a.b c", "ada.mastodon.social.ap.brid.gy")),
    *(("mastodon", text, None) for text in ("ada", "ada@respublicae.eu", "ada@server.local", "ada@social.network.europa.eu")),
    *(("koo", text, None) for text in ("a?b", "keine", "..")),
    ("threads", "https://x.com/ada", None),
    ("telegram", "joinchat", None),
    ("x", None, "0"),
    ("x", None, "1.2E+18"),
    ("x", "ada", "12 34"),
    ("bluesky", None, "did:web:my_site.example.com"),
    ("bluesky", "ada.bsky.social", "did:key:abc"),
]  # fmt: skip


def look(file: Path, into: Path, **more: object) -> ImportReport:
    """What an import of `file` would say; nothing is written."""
    told: dict[str, Any] = {"source": "register", "as_of": date(2024, 5, 1), "time_zone": "UTC"} | more
    return import_roster(file, into=into, options=ImportOptions(**told), dry_run=True)


def said(report: ImportReport) -> dict[int, str]:
    """The fault of each row."""
    return {fault.row or 0: fault.message for fault in report.faults}


def accounts(report: ImportReport) -> dict[int, tuple[str, str | None]]:
    return {each.row: (each.platform, each.handle or each.native_id) for each in report.roster.accounts}


@pytest.mark.parametrize(("platform", "handle", "native_id"), NOBODY)
def test_check_faults_what_names_nobody(platform: str, handle: str | None, native_id: str | None) -> None:
    claims = (claim("ann", handle, native_id, platform=platform),)

    assert len(check([roster("list", [member("ann")], accounts=claims)])) == 1


@pytest.mark.proof
def test_nothing_that_check_faults_is_counted(tmp_path: Path) -> None:
    figures = [member(f"f{n}") for n in range(len(NOBODY))]
    claims = [
        claim(f"f{n}", handle, native_id, platform=platform, opened_on=date(2022, 1, 1))
        for n, (platform, handle, native_id) in enumerate(NOBODY)
    ]
    statements = [statement("f0", "joined", "2021-02-10", platform="koo", handle="none", not_after="2021-02-10")]
    good = claim("good", "good.test", opened_on=date(2022, 1, 1))
    listed = roster("list", [*figures, member("good")], accounts=(*claims, good), statements=tuple(statements))
    load(tmp_path / "home", bundle(tmp_path / "bundled", listed))

    assert query(tmp_path / "home", "SELECT DISTINCT figure_id FROM claims") == [("good",)]
    assert query(tmp_path / "home", "SELECT DISTINCT figure_id FROM bounds") == [("good",)]
    assert query(tmp_path / "home", "SELECT count(*) FROM memberships") == [(len(NOBODY) + 1,)]


@pytest.mark.proof
def test_an_account_on_a_server_that_has_closed_is_listed_for_its_time(tmp_path: Path) -> None:
    pilot = claim(
        "ann", "ann@social.network.europa.eu", platform="mastodon", opened_on=date(2022, 4, 28), to_day=date(2024, 5, 1)
    )
    people = roster("list", [member("ann")], accounts=(pilot,))
    home = tmp_path / "home"

    assert check([people]) == []

    load(home, bundle(tmp_path / "bundled", people))

    assert query(home, "SELECT handle, first_day, until_day FROM links JOIN handles USING (account_id)") == [
        ("ann@social.network.europa.eu", None, date(2024, 5, 2))
    ]
    assert query(home, "SELECT joined_not_before::DATE FROM first_joins") == [(date(2022, 4, 28),)]
    # The list says until when it was theirs. Nobody says who ended it.
    assert query(home, "SELECT move FROM moves") == [("joined",)]
    assert query(home, "SELECT place FROM places_on('list', DATE '2025-01-01')") == [("handed on",)]


def test_a_handle_that_is_such_a_word_counts_with_its_id(tmp_path: Path) -> None:
    claims = (claim("ann", "none", "12", platform="x"),)
    load(tmp_path / "home", bundle(tmp_path / "bundled", roster("list", [member("ann")], accounts=claims)))

    assert query(tmp_path / "home", "SELECT figure_id FROM claims") == [("ann",)]


@needs_cases
def test_the_placeholders_of_the_cases_are_not_looked_refused_or_read(tmp_path: Path) -> None:
    report = look(SHARED / "22-placeholders" / "list.csv", tmp_path)

    assert accounts(report) == {6: ("threads", "row5"), 7: ("bluesky", "row6.example.org")}
    assert list(said(report)) == [5]
    assert [note for note in report.notes if "names nobody" in note] == [
        f"list.csv, row {row}: bluesky '{text}' names nobody: it was read as empty"
        for row, text in ((2, "none"), (3, "n/a"), (4, "-"), (8, "?"), (9, "unknown"))
    ]


@needs_cases
def test_the_other_sites_of_the_cases_are_read_as_what_they_are_or_refused(tmp_path: Path) -> None:
    report = look(SHARED / "07-wrong-site-in-mastodon" / "wrongcol.csv", tmp_path, mapping=CASE_COLUMNS)

    assert accounts(report) == {
        2: ("x", "adaexample"),
        3: ("x", "beaexample"),
        4: ("bluesky", "cyd.bsky.social"),
        5: ("facebook", "danexample"),
        6: ("mastodon", "eve@parliament.example.gov"),
        7: ("threads", "fayexample"),
        8: ("linkedin", "in/gusexample"),
        10: ("youtube", "idaexample"),
        11: ("telegram", "jonexample"),
        16: ("bluesky", "oda.bsky.social"),
        19: ("x", "rexexample"),
        20: ("x", "sueexample"),
        21: ("x", "tomexample"),
        23: ("x", "vicexample"),
        29: ("x", "benexample"),
    }
    assert list(said(report)) == [9, 12, 13, 14, 15, 17, 18, 22, 24, 25, 26, 27, 28]
    assert "wrongcol.csv, row 7: mastodon holds an account of Threads, and is read as that: fayexample" in report.notes


@needs_cases
def test_the_carriage_return_of_the_cases_can_be_read_again(tmp_path: Path) -> None:
    written = look(SHARED / "22-placeholders" / "carriage-return.csv", tmp_path).roster
    write_roster(written, tmp_path)

    assert read_roster(tmp_path / written.slug).accounts[0].handle == "cr.example.org"


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("mastodon", "https://www.tiktok.com/@ada", ("tiktok", "ada")),
        ("mastodon", "ada@threads.net", ("threads", "ada")),
        ("bluesky", "https://mobile.twitter.com/ada/status/1", ("x", "ada")),
        ("x", "https://www.linkedin.com/in/ada-a", ("linkedin", "in/ada-a")),
        ("youtube", "https://vk.com/public12", ("vk", "club12")),
        ("mastodon", "https://m.facebook.com/adaexample?ref=bookmarks", ("facebook", "adaexample")),
        ("mastodon", "https://de-de.facebook.com/adaexample/", ("facebook", "adaexample")),
        ("mastodon", "https://x.com/ada?s=21&t=abc", ("x", "ada")),
        ("mastodon", "https://www.instagram.com/ada/?hl=en", ("instagram", "ada")),
        ("mastodon", "https://telegram.me/adaexample", ("telegram", "adaexample")),
        ("mastodon", "https://bit.ly/3abc", "is a page of a website, and shows no account"),
        ("mastodon", "https://t.co/abc", "is a page of X, and shows no account"),
        ("mastodon", "https://nitter.net/ada", "is a page of a website, and shows no account"),
        (
            "mastodon",
            "https://web.archive.org/web/2020/https://twitter.com/ada",
            "is a page of a website, and shows no account",
        ),
        ("mastodon", "https://www.reddit.com/u/ada", "is at www.reddit.com, which is no server of Mastodon"),
        ("mastodon", "ada@gmail.com", "is at gmail.com, which is no server of Mastodon"),
        ("x", "https://medium.com/@ada", "is no address of an account: write 1 to 15 letters"),
        ("mastodon", "https://medium.com/@ada", "is at medium.com, which is no server of Mastodon"),
        ("x", "https://x.com/login", "is a page of X, and shows no account"),
        ("instagram", "https://www.instagram.com/p/C8abc/", "is a page of Instagram, and shows no account"),
        ("bluesky", "ada.bsky.social, bob.bsky.social", "is not a handle of Bluesky: write a domain name"),
        ("bluesky", "ada.example", "is not a handle of Bluesky: write a domain name"),
        ("mastodon", "ada@mastodon.example", "is not a handle of Mastodon: write user@host"),
        ("mastodon", "ada@respublicae.eu", "mirrors or bridges accounts"),
        ("mastodon", "mailto:ada@a.social", "is not a handle of Mastodon: write user@host"),
        ("x", "ada (inactive)", "is not a handle of X: write 1 to 15 letters"),
        ("x", "deleted", None),
        ("mastodon", "Keine", None),
        ("facebook", "#N/A!", None),
        ("koo", " – ", None),
        # Words for nobody in other languages would else be valid names.
        ("x", "yok", None),
        ("koo", "Nenhum", None),
        ("youtube", "無し", None),
        ("youtube", "لا يوجد", None),
        ("youtube", "ｎｏｎｅ", None),
        ("youtube", "없음", None),
        ("x", "0", None),
        ("x", "1", None),
        ("x", "ditto", None),
        ("x", "ibid.", None),
        ("x", "See below", None),
        ("x", "not_found", None),
        ("x", "undefined", None),
        ("x", "FALSE", None),
        ("x", "Link", None),
        ("x", "vacant", None),
        ("x", "🚫", None),
        ("bluesky", "－", None),
        ("bluesky", "ＮＯＮＥ", None),
        ("youtube", "해당없음", None),
        ("youtube", "該当なし", None),
        ("youtube", "لا يوجد.", None),
        ("instagram", "n.v.t.", None),
        *(
            ("facebook", text, f"is the error {text}")
            for text in ("#REF!", "#N/A", "#NV", "#BEZUG!", "#¡VALOR!", "#NOM?", "Err:502", "#####")
        ),
        ("x", "left", None),
        ("facebook", "N / A", None),
        # A cell with the platform's name says that there is an account, and not which.
        ("x", "Twitter", None),
        ("x", "not-found", None),
        ("x", "@none", None),
        ("facebook", "@n/a", None),
        ("x", "LinkedIn", None),
        ("truthsocial", "Truth Social", None),
        *(
            ("x", word, None)
            for word in (
                *(
                    "_",
                    "___",
                    "00",
                    "000",
                    "n_a",
                    "na_",
                    "no_twitter",
                    "none_found",
                    "unavailable",
                    "nothing",
                    "anonymous",
                ),
                *("xxx", "test", "example", "twitter_handle"),
            )
        ),
    ],
)
def test_a_cell_is_an_account_a_fault_of_its_row_or_not_looked(
    column: str, cell: str, expected: tuple[str, str] | str | None, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f'name,role,{column}\nAda,MP,"{cell}"\n')
    report = look(file, tmp_path)

    match expected:
        case str():
            assert list(said(report)) == [2]
            assert expected in said(report)[2]
            options = ImportOptions(source="register", as_of=date(2024, 5, 1), time_zone="UTC")
            with pytest.raises(RosterError, match="row 2"):
                import_roster(file, into=tmp_path, options=options)
        case None:
            assert (accounts(report), report.faults) == ({}, ())
            assert any("names nobody" in note for note in report.notes)
        case account:
            assert (accounts(report), report.faults) == ({2: account}, ())
            assert any(note.startswith(f"list.csv, row 2: {column} holds an account of") for note in report.notes)


@pytest.mark.parametrize("form", ["@{}", "https://x.com/{}", "x.com/{}"])
def test_a_word_for_nobody_behind_an_at_sign_or_in_an_address_is_a_handle(form: str, tmp_path: Path) -> None:
    names = ["LinkedIn", "telegram", "link", "void", "here", "Twitter", "not_found", "ditto"]
    file = tmp_path / "list.csv"
    file.write_text("name,role,x\n" + "".join(f"MP for {name},MP,{form.format(name)}\n" for name in names))
    report = look(file, tmp_path)
    load(tmp_path / "home", bundle(tmp_path / "bundled", report.roster))

    assert (accounts(report), report.faults) == ({row: ("x", name) for row, name in enumerate(names, start=2)}, ())
    assert query(tmp_path / "home", "SELECT count(*) FROM claims") == [(len(names),)]


def test_a_secret_key_reaches_no_message_and_no_file(tmp_path: Path) -> None:
    secret = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
    home, file = tmp_path / "home", tmp_path / "list.csv"
    file.write_text(f"name,role,source,country,nostr,party\nAda,MP,s,AT,{secret},\nBob,MP,s,AT,,{secret}\n")
    bundle(home / "rosters", roster("mine", [member("ann")]))
    told = [
        kooch(home, "roster", "import", str(file), "--source", "s", "--as-of", "2024-05-01", "--time-zone", "UTC"),
        kooch(home, "roster", "add", "mine", "ann", "--source", "s", "--platform", "nostr", "--handle", secret),
        kooch(home, "suppress", "nostr", secret, "--reason", "asked"),
        kooch(home, "suppress", "x", f"https://x.com/{secret}", "--reason", "asked"),
    ]

    assert [each.returncode for each in told] == [2, 2, 2, 2]
    assert all("secret key" in each.stdout + each.stderr for each in told)
    assert not any("vl029" in each.stdout + each.stderr for each in told)
    assert not any(b"vl029" in found.read_bytes() for found in home.rglob("*") if found.is_file())


def test_two_spellings_of_a_server_are_one_account(tmp_path: Path) -> None:
    people = [member("ann")]
    lists = [
        roster(slug, people, accounts=(claim("ann", handle, platform="mastodon"),))
        for slug, handle in (("one", "Ann@bawü.social"), ("two", "ann@xn--baw-joa.social"))
    ]
    load(tmp_path / "home", bundle(tmp_path / "bundled", *lists))

    assert query(tmp_path / "home", "SELECT count(*) FROM accounts") == [(1,)]


def test_an_account_is_asked_for_in_the_spelling_that_is_listed(tmp_path: Path) -> None:
    listed = roster("list", [member("ann")], accounts=(claim("ann", "AnnExample@a.test", platform="mastodon"),))
    load(tmp_path / "home", bundle(tmp_path / "bundled", listed))
    (target,) = targets(tmp_path / "home", platform="mastodon", roster=None)

    assert (target.key, target.handle) == ("@annexample@a.test", "AnnExample@a.test")
