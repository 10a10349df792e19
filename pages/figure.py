"""Figure: which accounts are theirs, who says so, since when, and how many follow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import streamlit as st

from analytics.charts.audience import CHOSEN, OPENED
from analytics.measures.evidence import ARCHIVED_KINDS, KINDS, STATUS
from analytics.measures.figure import Figure, blocks_of, figure, holder_in_words, ids_named, names, shown_count, term
from analytics.measures.phrases import counted, long_day, moment, with_days_in_words
from analytics.measures.sheet import Sheet, sheets
from analytics.said import Number, cell
from analytics.site.files import Edition, edition_of
from analytics.site.sheets import sheet_html, sheet_text
from kooch.config import load_settings
from kooch.errors import KoochError
from kooch.rosters.countries import country_name
from pages.shared.frame import show_chart
from pages.shared.moves import show_table_of_moves
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import cited, linked, notes, plain, say, table, tell

_FEW_COUNTS = 8
_MOST_COUNTS = 24
_STATES = {
    "unconfirmed": "unconfirmed, a second look is due ({})",
    "left": "left ({})",
    "ended by platform": "ended by the platform ({})",
}


def choose(labels: Mapping[str, str]) -> str | None:
    """The id of the figure that is chosen here or named in the address.

    From then on the address has the id. Old addresses have the figure's name. If a name means nobody, or several
    figures, the page says so.
    """
    asked = st.query_params.get("figure", "")
    named = ids_named(labels, asked)
    by_id = {figure_id: label for label, figure_id in labels.items()}
    # The address alone says who is chosen, so that Back leads to the one before.
    st.session_state["figure"] = named[0] if len(named) == 1 else None
    chosen: str | None = st.selectbox(
        "Person or organisation",
        list(by_id),
        index=None,
        format_func=lambda figure_id: by_id.get(figure_id, figure_id),
        placeholder="Type a name",
        key="figure",
        on_change=_note_in_address,
    )
    if chosen is not None and chosen != asked:
        st.query_params["figure"] = chosen
    elif asked and not named:
        st.info(f"Nobody on the lists is called {plain(asked)}, or no longer. Choose another.")
    elif asked:
        st.info(f"{plain(asked)} may be {plain(', '.join(by_id[figure_id] for figure_id in named))}. Choose one.")
    return chosen


def _note_in_address() -> None:
    if st.session_state["figure"] is None:
        st.query_params.pop("figure", None)
    else:
        st.query_params["figure"] = st.session_state["figure"]


def main() -> None:
    st.title("Find a person or organisation")
    file = version_file()
    labels = ask(file, names)
    if not labels:
        st.info("Nobody is on a list yet. Import a list with `kooch roster import FILE`.")
        st.stop()
    chosen = choose(labels)
    if chosen is None:
        tell((Number(f"{len(labels):,}", cell("figures", "count")), " people and organisations are on the lists."))
        st.info("Choose one to see its accounts, who says so, and whether it is still there.")
        st.stop()
    found: Figure | None = ask(file, figure, figure_id=chosen)
    if found is None:
        st.info("This person or organisation is no longer in the data. Choose another.")
        st.stop()
    with st.container(key="name"):
        st.header(plain(found.name))
    for role, following in zip(found.roles, [*found.roles[1:], None], strict=True):
        show_role(role, has_source=following is None or _source_of(following) != _source_of(role))
    for span in found.held:
        show_holder(span)
    show_accounts(found)
    show_holds(found)
    show_stays(found)
    show_sheets(ask(file, _sheets, figure_id=chosen, edition=_edition(file)))
    show_moves(found)
    show_chart(
        "audience",
        file,
        {"audience": found.audience, "blocks": ask(file, blocks_of, figure_id=chosen, counts=found.counts)},
        source="crawls of this installation, archived pages, looks and reports; each count names its own",
        table=found.counts,
        subject=found.name,
        notes=found.archive_notes,
        on_select=lambda: None,  # the page runs again, and shows what was clicked
        under=lambda: show_counts(found.audience),
    )


def _source_of(role: dict[str, Any]) -> tuple[object, object]:
    return role["roster"], role["source"]


def show_role(role: dict[str, Any], *, has_source: bool) -> None:
    """Show a role. Under the last of several roles with one source, show that source."""
    parts = [role["role"], role["party"], role["unit"] if role["unit"] and role["unit"] not in role["role"] else None]
    held = term(role["from_day"], role["to_day"])
    say("{parts} {term}", parts=" · ".join(part for part in parts if part), term=f"({held})" if held else "")
    if has_source:
        source, url = cited(role["source"])
        notes(f"On the list {role['roster']}", (f"Role from: {source}", url))


def show_holder(span: dict[str, Any]) -> None:
    say("{words}", words=holder_in_words(span))
    source, url = cited(span["source"])
    notes(f"On the list {span['roster']}", (f"Holder from: {source}", url))


def show_accounts(found: Figure) -> None:
    st.header("Which accounts are theirs, and who says so?")
    if found.accounts.is_empty():
        st.info("No account is identified. Add one with `kooch roster add`, or look below for what sources say.")
    for account in found.accounts.iter_rows(named=True):
        with st.container(border=True, gap="xxsmall"):
            handle = account["handle"] or "handle unknown"
            # If the account has another name now, the link does not use the handle of their time.
            is_so_called = account["url"] is None or account["url_shows_handle"]
            st.markdown(
                f"**{plain(account['platform'])}** · {linked(handle, account['url'] if is_so_called else None)}"
                f"{'' if is_so_called else ' · '}{'' if is_so_called else linked('the account now', account['url'])}"
                f" · {plain(_status(account))}"
            )
            if account["shown"] is not None:
                day = long_day(account["counted_on"])
                tell((*shown_count(account["shown"], account["measure"]), f" followers on {day}"), kind="noted")
            claims = found.claims.filter(pl.col("account_id") == account["account_id"])
            notes(*(line for claim in claims.iter_rows(named=True) for line in _claim(claim, handle)))


def _claim(claim: dict[str, Any], handle: str) -> list[tuple[str, str | None]]:
    said = f"{claim['tier'].capitalize()}: {with_days_in_words(claim['citation'])}{_as_written(claim['value'], handle)}"
    source, url = cited(claim["stated_in"] or "")
    held = term(claim["from_day"], claim["to_day"])
    return [
        (said, claim["url"]),
        *([(f"Theirs {held}", None)] if held else []),
        *([(f"Stated in: {source}", url)] if source else []),
    ]


def _as_written(value: str | None, handle: str) -> str:
    return f" (as “{value}”)" if value and value != handle else ""


def _gone(account: dict[str, Any]) -> str | None:
    """What the server does not say about an account that is gone; None: it says whose act it was."""
    if account["status"] == "not_found" and account["first_missing_at"]:
        since = long_day(account["first_missing_at"].date())
        return f"not found since {since}; the server does not say whether it was renamed, deleted or suspended"
    if account["status"] == "suspended" and account["is_mastodon"]:
        return "no longer shown by its server; who did it is unknown"
    return None


def _status(account: dict[str, Any]) -> str:
    if account["state"] == "handed on":
        return "no longer theirs"
    status = _STATES.get(account["state"], "{}").format(_gone(account) or STATUS[account["status"]])
    if account["last_seen_at"] is None:
        return status
    if account["withheld_in"]:
        places = ("the whole world" if code == "XX" else country_name(code) for code in account["withheld_in"])
        status += f", withheld in {', '.join(places)}"
    doubt = ", unverified" if account["is_archived"] and account["archive_note"] else ""
    day = f"{long_day(account['last_seen_at'].date())}{doubt}"
    status += " on an archived page" if account["is_archived"] else ""
    return f"{status}, {day}"


def show_stays(found: Figure) -> None:
    st.header("When did they join, are they still there, and how do we know?")
    if not found.stays:
        st.info("No source says that they joined any platform.")
    for stay in found.stays:
        with st.container(border=True, gap="xxsmall"):
            say(
                "**{platform}** · {account}{again}: {joined} **{when}** {presumed}",
                platform=stay["platform"],
                account=stay["handle"] or stay["native_id"] or "account unidentified",
                again=f", stay {stay['stay']}" if stay["stay"] > 1 else "",
                joined="joined" if stay["is_dated"] else "has joined;",
                when=stay["when"] if stay["is_dated"] else "no source says when",
                presumed=_presumed(is_presumed=stay["join_is_presumed"]),
            )
            if stay["ended"]:
                say(
                    "{how}: **{when}** {presumed}",
                    how=_ended(stay),
                    when=stay["ended"],
                    presumed=_presumed(is_presumed=stay["end_is_presumed"]),
                )
            if stay["contradiction"]:
                has_sides = len(stay["sides"] or []) > 1
                st.markdown(
                    "The sources disagree: each gives one of these dates."
                    if has_sides
                    else "The sources disagree. The dates shown cover everything they say."
                )
            notes(*_evidence_of(stay))


def _edition(file: Path) -> Edition:
    """The edition of the version. Its id depends on everything in the version, so it is computed once, not for each
    figure."""
    try:
        settings = load_settings()
        publisher, contact = settings.publisher, settings.contact
    except KoochError:  # a setting is wrong: `kooch doctor` says which
        publisher, contact = "", ""
    edition: Edition = ask(file, edition_of, publisher=publisher, contact=contact)
    return edition


def _sheets(connection: duckdb.DuckDBPyConnection, *, figure_id: str, edition: Edition) -> list[tuple[Sheet, str, str]]:
    """Each sheet, as HTML and as text."""
    found = sheets(connection, [figure_id]).get(figure_id, [])
    return [(claim, sheet_html(claim, edition), sheet_text(claim, edition)) for claim in found]


def show_sheets(found: list[tuple[Sheet, str, str]]) -> None:
    """Show a button for each platform: it opens the sentence that may be copied, with its evidence."""
    if not found:
        return
    st.header("Can I print this?")
    with st.container(horizontal=True, gap="small", key="sheets"):
        for claim, page, text in found:
            with st.popover(plain(claim.platform_name), key=f"sheet-{claim.platform}"):
                say("{sentence}", sentence=claim.sentence)
                st.download_button(
                    "Sheet with all evidence (HTML)",
                    page,
                    file_name=f"kooch-{claim.figure_id}-{claim.platform}.html",
                    mime="text/html",
                    on_click="ignore",
                    key=f"sheet-{claim.platform}-html",
                )
                st.code(text, language=None, wrap_lines=True)


def _presumed(*, is_presumed: bool) -> str:
    return "(presumed: a report does not name the account)" if is_presumed else ""


def _ended(stay: dict[str, Any]) -> str:
    """Whose act the end was, if anybody says so."""
    if stay["is_end_of_platform"]:
        return "Ended with the platform"
    if stay["ended_by"] == "unknown":
        is_missing = stay["ended_to"] and stay["ended_to"]["kind"] == "missing"
        return "Not found since; nobody says whose act it was" if is_missing else "Ended; nobody says whose act it was"
    return {"owner": "Left", "platform": "Ended by the platform"}[stay["ended_by"]]


def _evidence_of(stay: dict[str, Any]) -> list[tuple[str, str | None]]:
    ends = [("Joined, earliest", "joined_from"), ("Joined, latest", "joined_to")] if stay["is_dated"] else []
    if stay["ended"] and not stay["is_end_of_platform"]:
        ends += [("Ended, earliest", "ended_from"), ("Ended, latest", "ended_to")]
    lines = [_evidence(stay, label, stay[end]) for label, end in ends]
    if stay["last_sign_at"]:
        label = f"Last sign of them there, on {long_day(stay['last_sign_on'])}"
        lines.append(
            _evidence(
                stay, f"{label} {_presumed(is_presumed=stay['last_sign_is_presumed'])}".rstrip(), stay["last_sign"]
            )
        )
    if stay["longest_gap_days"] is not None:
        gap = counted(stay["longest_gap_days"], "day", "days")
        lines.append((f"Longest time between two signs: {gap}. We assume that they were there all the while.", None))
    lines += [
        _evidence(stay, "Sources disagree. Not counted, because other evidence excludes it", evidence)
        for evidence in stay["unexplained"]
    ]
    return lines


def _evidence(stay: dict[str, Any], label: str, evidence: dict[str, Any] | None) -> tuple[str, str | None]:
    if evidence is None or evidence["source"] is None:
        return f"{label}: no source", None
    how = (KINDS | ARCHIVED_KINDS if evidence["is_archived"] else KINDS).get(evidence["kind"], evidence["kind"])
    doubt = ", unverified" if evidence["is_archived"] and stay["archive_note"] else ""
    return f"{label}: {evidence['source']} ({how}{doubt})", evidence["url"]


def show_holds(found: Figure) -> None:
    """Show why nothing is said yet about accounts that turned gone together with many others."""
    for hold in found.holds.iter_rows(named=True):
        with st.container(border=True):
            tell(
                (
                    f"{hold['platform']}: ",
                    Number(f"{hold['newly_gone']:,}", cell("doubtful_runs", "newly_gone", run_id=hold["run_id"])),
                    f" not found at once on {moment(hold['started_at'])};",
                    f" second look after {moment(hold['look_again_after'])}. Until then Kooch reports no change.",
                )
            )


def show_moves(found: Figure) -> None:
    st.header("What has changed?")
    if found.moves.is_empty():
        st.info("No changes so far. A failed check is not a change.")
        return
    show_table_of_moves(found.moves)


def show_counts(audience: pl.DataFrame) -> None:
    """Show the points of the chart in words, the latest first. If there are too many to show, those that others
    recorded are kept."""
    n = audience.height
    if not n:
        return
    if audience["source"].is_in(OPENED).any():
        st.caption("Click a ring, a square or a diamond for its source.")
    picture = st.session_state.get("audience")  # None where there is nothing to click
    for clicked in picture.selection.get("count", []) if picture else []:
        for row in audience.filter(pl.col(name) == clicked[name] for name in CHOSEN).iter_rows(named=True):
            with st.container(border=True, gap="xxsmall"):
                tell((*shown_count(row["shown"], row["measure"]), f" followers · {row['when']} · {row['account']}"))
                st.markdown(linked(row["says"], row["url"]))
    shown = audience.sort(pl.col("source") == "live", -pl.col("at")).head(_MOST_COUNTS).sort("account", -pl.col("at"))
    with st.expander(f"The counts and their sources ({n:,})", expanded=n <= _FEW_COUNTS):
        for (account,), counts in shown.group_by("account", maintain_order=True):
            say("**{account}**", account=account)
            table(
                ("When", "Followers", "Source"),
                (
                    [(row["when"], None), (shown_count(row["shown"], row["measure"]), None), (row["says"], row["url"])]
                    for row in counts.to_dicts()
                ),
            )
        if n > _MOST_COUNTS:
            st.caption(f"{_MOST_COUNTS:,} of {n:,} are shown. The CSV below has them all.")


through_app()
main()
