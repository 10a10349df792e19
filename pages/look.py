"""Check by hand: people say whether a figure has an account, with one key for each look. Each look is written into the
file of its wave at once."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import streamlit as st

from analytics.measures.to_look_at import ToLookAt, figures_to_look_at
from analytics.said import Number, cell
from kooch.config import load_settings
from kooch.errors import KoochError, RosterError
from kooch.looks import Look, Looker, file_of_wave, read_looks, record, take_back
from kooch.platforms import Platform, known
from kooch.rosters.cells import fault_of
from kooch.times import now
from pages.shared.choosing import choose, choose_or_write, write_in
from pages.shared.lists import choose_list
from pages.shared.offered import has_look
from pages.shared.routing import through_app
from pages.shared.store import ask, query, version_file
from pages.shared.text import address, coded, note, plain, say, tell

_KEYS = {"present": "P", "absent": "A", "unclear": "U"}
_FAULT = "look_fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What all looks of a sitting share. `own` is the folder of the user's lists, `zone` the time zone of the list's
    days."""

    own: Path
    roster: str
    platform: Platform
    method: str
    wave: str
    definition: str
    looker: str
    zone: str

    def is_of_it(self, look: Look) -> bool:
        return (look.platform, look.wave, look.looker) == (self.platform.platform, self.wave, self.looker)


def main() -> None:
    st.title("Check by hand")
    file = version_file()
    settings = load_settings()
    if not has_look(settings):
        st.info(
            "Looks are written here only on the machine that has the data folder, if it can be written. Elsewhere fill a sheet:"
            " `kooch looks template`."
        )
        st.stop()
    own = settings.home / "rosters"
    lists = {
        roster: (title, zone)
        for roster, title, zone in query(file, "SELECT roster, title, time_zone FROM rosters ORDER BY 1")
    }
    if not lists:
        st.info("There is no list of figures to look at. Import one with `kooch roster import FILE`.")
        st.stop()
    try:
        looks = read_looks(own)
    except KoochError as error:
        st.error(coded(error))
        st.stop()
    chosen = choose_sitting(own, lists, looks)
    figures: list[ToLookAt] = ask(file, figures_to_look_at, roster=chosen.roster, platform=chosen.platform.platform)
    show_sitting(chosen, lists[chosen.roster][0])
    show_next(chosen, figures, [look for look in looks if chosen.is_of_it(look)])


def choose_sitting(own: Path, lists: dict[str, tuple[str, str]], looks: list[Look]) -> Chosen:
    """The choices, closed once all are made; without a wave or a looker the page ends."""
    is_ready = bool(st.query_params.get("wave") and st.query_params.get("looker"))
    with st.expander("List, platform, wave and looker", expanded=not is_ready), st.container(horizontal=True):
        roster = choose_list({name: title for name, (title, _) in lists.items()})
        # First the platforms that only a person can search.
        rows = sorted((row for row in known().values() if not row.closed), key=lambda row: row.search_url is None)
        platform = known()[choose("Platform", {row.platform: row.name for row in rows}, key="platform", width=200)]
        searches = {"app_search": f"{platform.name} itself"} if platform.search_url else {}
        method = choose("Search", searches | {"web_search": "The web"}, key="method", width=200)
        of_platform = [look for look in looks if look.platform == platform.platform and look.wave]
        waves = list(dict.fromkeys(str(look.wave) for look in reversed(of_platform)))
        wave = choose_or_write("Wave", waves, key="wave", width=320, max_chars=80)
        if wave in waves:
            definition = next((look.definition or "" for look in of_platform if look.wave == wave), "")
        else:
            definition = write_in(
                "What counts as present", key="definition", width=320, max_chars=300,
                help_text="It is kept with the wave. Waves with different definitions are not compared.",
            )  # fmt: skip
        looker = write_in(
            "Your code", key="looker", width=200, max_chars=30, help_text="A code for yourself, not your name."
        )
    if not wave or not looker:
        st.info("Choose a wave, and write your code, such as `a`. Then the first figure is shown.")
        st.stop()
    if fault := fault_of(Looker, looker):
        st.error(coded(fault))
        st.stop()
    # Defaults change with lists and platforms. Somebody who comes back to this address means today's choice.
    for key, name in (("roster", roster), ("platform", platform.platform), ("method", method)):
        if st.query_params.get(key) != name:
            st.query_params[key] = name
    return Chosen(
        own=own, roster=roster, platform=platform, method=method, wave=wave, definition=definition, looker=looker,
        zone=lists[roster][1],
    )  # fmt: skip


def show_sitting(chosen: Chosen, title: str) -> None:
    say(
        "{list} · {platform} · {wave} · looker {looker}",
        list=title, platform=chosen.platform.name, wave=chosen.wave, looker=chosen.looker,
    )  # fmt: skip
    if chosen.definition:
        note("Present is: {definition}", definition=chosen.definition)
    if fault := st.session_state.pop(_FAULT, None):
        st.error(coded(fault))


def show_next(chosen: Chosen, figures: list[ToLookAt], looks: list[Look]) -> None:
    """The next figure without a look of this looker in this wave, and what was written last."""
    looked = {look.figure for look in looks}
    left = [figure for figure in figures if figure.figure_id not in looked]
    # No version holds looks that are not loaded yet, so this number has no measure.
    of_all = Number(
        f"{len(figures):,}",
        cell("figures_to_look_at", "count", roster=chosen.roster, platform=chosen.platform.platform),
    )
    tell((f"{len(figures) - len(left):,} of ", of_all, " looked at."))
    if left:
        show_figure(chosen, left[0])
    else:
        st.success("Everybody on the list is looked at. `kooch load` publishes the looks.")
    in_file = [look for look in looks if look.file == file_of_wave(chosen.own, chosen.wave)]
    if in_file:
        last = in_file[-1]
        name = next((figure.name for figure in figures if figure.figure_id == last.figure), last.figure)
        st.button(
            f"Undo: {plain(name)}, {last.result}", key=f"undo-{last.figure}", shortcut="Z", type="tertiary",
            on_click=_take_back, args=(last, chosen.own),
        )  # fmt: skip
    note("Each look is in {file} at once. `kooch load` publishes them.", file=file_of_wave(chosen.own, chosen.wave))


def show_figure(chosen: Chosen, figure: ToLookAt) -> None:
    """Show whom to look at, where, and a key for each result. Every figure has keys of its own, so no press counts for
    the next figure."""
    st.header(plain(figure.name))
    note("{who}", who=" · ".join(filter(None, (figure.role, figure.party))))
    cells = {
        "figure": figure.figure_id, "platform": chosen.platform.platform, "time_zone": chosen.zone,
        "looker": chosen.looker, "method": chosen.method, "wave": chosen.wave, "definition": chosen.definition,
    }  # fmt: skip
    if figure.accounts:
        (account, url), *others = figure.accounts
        cells |= {"account": account, "method": "known_account"}
        _link(f"Open {account}", url)
        if others:
            note("Also theirs: {others}. The look is about the first.", others=", ".join(name for name, _ in others))
    else:
        _link(*_search(chosen, figure.name))
    with st.container(horizontal=True, width=420, key="results"):
        for result, key in _KEYS.items():
            st.button(
                result.capitalize(), key=f"{result}-{figure.figure_id}", shortcut=key, width="stretch",
                on_click=_note, args=(cells | {"result": result}, chosen.own),
            )  # fmt: skip
    if not figure.accounts:
        field = f"account-{figure.figure_id}"
        with st.form(f"found-{figure.figure_id}", border=False):
            st.text_input("Account found", key=field, placeholder="Address or handle", max_chars=300, width=320)
            st.form_submit_button(
                "Present, this account", on_click=_note_account, args=(cells | {"result": "present"}, field, chosen.own)
            )


def _search(chosen: Chosen, name: str) -> tuple[str, str]:
    """The name of a search, and its address."""
    platform = chosen.platform
    if chosen.method == "app_search" and platform.search_url:
        return f"Search {platform.name}", platform.search_url.replace("{name}", quote(name, safe=""))
    place = f"site:{platform.sites[0]}" if platform.sites and not platform.has_servers else platform.name
    return "Search the web", f"https://duckduckgo.com/?q={quote(f'{name} {place}', safe='')}"


def _link(label: str, url: str | None) -> None:
    """A link that opens in a new tab; without an address, only its words."""
    target = address(url)
    if target:
        st.link_button(plain(label), target, shortcut="O", icon=":material/open_in_new:")
    else:
        say("{label}", label=label)


def _note(cells: dict[str, str], own: Path) -> None:
    at = now().astimezone(ZoneInfo(cells["time_zone"]))
    try:
        record(cells | {"looked_on": f"{at:%Y-%m-%d}", "looked_at": f"{at:%H:%M}"}, into=own)
    except KoochError as error:
        st.session_state[_FAULT] = _told(error)


def _note_account(cells: dict[str, str], field: str, own: Path) -> None:
    account = (st.session_state[field] or "").strip()
    if account:
        _note(cells | {"account": account}, own)
    else:
        st.session_state[_FAULT] = "Write the account that you saw, or press Present."


def _take_back(look: Look, own: Path) -> None:
    try:
        take_back(look, into=own)
    except KoochError as error:
        st.session_state[_FAULT] = _told(error)


def _told(error: KoochError) -> str:
    """The fault of a row that is not in a file yet, without its place."""
    if isinstance(error, RosterError) and error.row is None:
        return "; ".join(fault.message for fault in error.faults)
    return str(error)


through_app()
main()
