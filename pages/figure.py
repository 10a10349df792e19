"""Figure: which accounts are theirs, who says so, since when, and how many follow."""

from typing import Any

import polars as pl
import streamlit as st

from analytics.charts.audience import CHOSEN
from analytics.measures.figure import Figure, figure, names
from analytics.measures.words import days, long_day
from pages.shared.frame import show_chart
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import linked, note, notes, plain, say, table

_FEW_COUNTS = 8
_MOST_COUNTS = 24
_KINDS = {
    "stated": "stated",
    "published": "there when the report appeared",
    "opened": "account opened, as the platform shows it",
    "listed": "listed by then",
    "plc": "directory log",
    "seen": "seen by Kooch",
}
_STATUS = {
    None: "never observed by Kooch",
    "active": "observed active",
    "not_found": "not found",
    "deleted": "deleted",
    "deactivated": "deactivated by its owner",
    "suspended": "suspended by the platform",
    "protected": "protected",
    "moved": "moved",
    "limited": "limited",
    "platform_closed": "the platform has closed",
}
_STATES = {
    "unconfirmed": "not reachable, unconfirmed ({})",
    "left": "left ({})",
    "ended by platform": "ended by the platform ({})",
}


def main() -> None:
    st.title("Figure")
    file = version_file()
    labels = ask(file, names)
    if not labels:
        st.info("No figures yet. Import a roster with `kooch roster import FILE`.")
        st.stop()
    chosen = st.selectbox(
        "Public figure, institution or party",
        list(labels),
        index=None,
        placeholder="Type a name",
        key="figure",
        bind="query-params",
    )
    if chosen is None:
        st.info(
            f"{len(labels):,} figures are on the rosters. Choose one to see its accounts, their sources and states."
        )
        st.stop()
    found: Figure | None = ask(file, figure, figure_id=labels[chosen])
    if found is None:
        st.info("This version does not know the figure any more. Choose another.")
        st.stop()
    st.header(plain(found.name))
    for role in found.roles:
        show_role(role)
    show_accounts(found)
    show_joins(found)
    show_moves(found)
    show_chart(
        "audience",
        file,
        {"audience": found.audience},
        source="crawls of this installation, archived pages and reports; each count names its own",
        table=found.counts,
        notes=() if found.audience.is_empty() else ("Click a ring or a diamond for its source.", *found.archive_notes),
        on_select=lambda: None,  # the page runs again, and shows what was clicked
        under=lambda: show_counts(found.audience),
    )


def show_role(role: dict[str, Any]) -> None:
    parts = [role["role"], role["party"], role["unit"] if role["unit"] and role["unit"] not in role["role"] else None]
    term = f" ({days(role['from_day'], role['to_day'])})" if role["from_day"] and role["to_day"] else ""
    say("{parts}{term}", parts=" · ".join(part for part in parts if part), term=term)
    note("On the roster {roster}. Role from: {source}", roster=role["roster"], source=role["source"])


def show_accounts(found: Figure) -> None:
    st.subheader("Which accounts are theirs, and who says so?")
    if found.accounts.is_empty():
        st.info("No account is identified. Add one with `kooch roster add`, or look below for what sources say.")
    for account in found.accounts.iter_rows(named=True):
        with st.container(border=True, gap="xxsmall"):
            handle = account["handle"] or "handle unknown"
            st.markdown(
                f"**{plain(account['platform'])}** · {linked(handle, account['url'])} · {plain(_status(account))}"
            )
            claims = found.claims.filter(pl.col("account_id") == account["account_id"])
            notes(
                *(
                    f"{claim['tier'].capitalize()}: {claim['citation']}{_as_written(claim['value'], handle)}"
                    + (f"; stated in: {claim['stated_in']}" if claim["stated_in"] else "")
                    for claim in claims.iter_rows(named=True)
                )
            )


def _as_written(value: str | None, handle: str) -> str:
    return f" (as “{value}”)" if value and value != handle else ""


def _status(account: dict[str, Any]) -> str:
    status = _STATES.get(account["state"], "{}").format(_STATUS[account["status"]])
    if account["last_seen_at"] is None:
        return status
    followers = f", {account['followers']:,} followers" if account["followers"] is not None else ""
    where = " on an archived page" if account["last_live_at"] is None else ""
    return f"{status}{where}{followers}, {long_day(account['last_seen_at'].date())}"


def show_joins(found: Figure) -> None:
    st.subheader("When did they join, and what does each end rest on?")
    if found.joins.is_empty():
        st.info("No source says that they joined any platform.")
    for join in found.joins.iter_rows(named=True):
        with st.container(border=True, gap="xxsmall"):
            account = join["handle"] or "account unidentified"
            again = f", stay {join['spell']}" if join["spell"] > 1 else ""
            say(
                "**{platform}** · {account}{again}: **{when}**",
                platform=join["platform"],
                account=account,
                again=again,
                when=join["when"],
            )
            if join["contradiction"]:
                st.markdown("Sources contradict each other; the interval covers every reading.")
            notes(*(f"{end}: {_evidence(join, side)}" for end, side in (("Not before", "from"), ("By", "to"))))


def _evidence(join: dict[str, Any], side: str) -> str:
    source, kind = join[f"{side}_source"], join[f"{side}_kind"]
    return f"{source} ({_KINDS.get(kind, kind)})" if source else "no source"


def show_moves(found: Figure) -> None:
    st.subheader("What has changed since Kooch began to look?")
    if found.moves.is_empty():
        st.info("Nothing. Loading a roster is a baseline, and a failed look changes nothing.")
        return
    st.dataframe(found.moves, hide_index=True, width="stretch")


def show_counts(audience: pl.DataFrame) -> None:
    """The points of the chart in words, the latest first. Where they are many, those that others recorded go first."""
    n = audience.height
    if not n:
        return
    for clicked in st.session_state["audience"].selection.get("count", []):
        for row in audience.filter(pl.col(name) == clicked[name] for name in CHOSEN).iter_rows(named=True):
            with st.container(border=True, gap="xxsmall"):
                say("**{shown} followers** · {when} · {account}", **row)
                st.markdown(linked(row["says"], row["url"]))
    shown = audience.sort(pl.col("source") == "live", -pl.col("at")).head(_MOST_COUNTS).sort("account", -pl.col("at"))
    with st.expander(f"The counts and their sources ({n:,})", expanded=n <= _FEW_COUNTS):
        for (account,), counts in shown.group_by("account", maintain_order=True):
            say("**{account}**", account=account)
            table(
                ("When", "Followers", "Source"),
                ([(row["when"], None), (row["shown"], None), (row["says"], row["url"])] for row in counts.to_dicts()),
            )
        if n > _MOST_COUNTS:
            st.caption(f"{_MOST_COUNTS:,} of {n:,} are shown. The CSV below has them all.")


through_app()
main()
