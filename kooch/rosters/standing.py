"""What a list claims by its series: which runs stand, and whose account each is."""

from collections import defaultdict
from collections.abc import Iterable

from kooch.platforms import natural_keys
from kooch.rosters.models import AccountClaim, Roster, Run

Name = tuple[str, str, str]
"""Figure, platform, and a name of the account: its native id, or `@` and the folded handle."""


def run_stands(run: Run, roster: Roster) -> bool:
    """Whether a run counts. An account that the list withdrew from somebody who stayed was wrong, unless withdrawals are curation."""
    return run.ended != "withdrawn" or roster.withdrawal == "curation"


def names_in_series(roster: Roster) -> frozenset[Name]:
    """Every name of every account that its versions list."""
    return frozenset(name for run in roster.series for name in _names(run))


def claims_by_series(roster: Roster) -> list[AccountClaim]:
    """The claims of a list.

    An account whose runs were all withdrawn is not a claim. An account that is only in the series is a claim. An
    account that has had several handles has the latest one. Platforms that the series does not list stay as they are.
    """
    if not roster.series:
        return list(roster.accounts)
    latest: dict[Name, Run] = {}
    by_name: dict[Name, bool] = {}
    for run in roster.series:
        stands = run_stands(run, roster)
        for name in _names(run):
            by_name[name] = stands or by_name.get(name, False)
            if stands and (name not in latest or latest[name].last_listed <= run.last_listed):
                latest[name] = run
    claims: dict[Name, AccountClaim] = {}
    others: list[AccountClaim] = []
    for claim in roster.accounts:
        names = _names(claim)
        spoken = [by_name[name] for name in names if name in by_name]
        if claim.polarity == "denies" or not spoken:
            others.append(claim)
        elif any(spoken):
            handle = claim.handle or ""
            is_latest = names[0] in latest and latest[names[0]].handle.casefold() == handle.casefold()
            if names[0] not in claims or is_latest:
                claims[names[0]] = claim
    named = {name for claim in (*claims.values(), *others) for name in _names(claim)}
    members = set(roster.figure_ids)
    from_runs = {_names(run)[0]: run for name, run in latest.items() if run.figure_id in members and name not in named}
    return [
        *others,
        *claims.values(),
        *(_claim(run, roster) for name, run in from_runs.items() if name not in named),
    ]


def claimed_names(rosters: Iterable[Roster]) -> dict[str, set[str]]:
    """The natural keys of all accounts that lists claim, by platform."""
    found: dict[str, set[str]] = defaultdict(set)
    for claim in (claim for roster in rosters for claim in claims_by_series(roster)):
        if claim.polarity == "accepts":
            found[claim.platform] |= {claim.native_id} if claim.native_id else set()
            found[claim.platform] |= natural_keys(claim.platform, claim.handle) if claim.handle else set()
    return found


def _claim(run: Run, roster: Roster) -> AccountClaim:
    return AccountClaim(
        figure_id=run.figure_id,
        platform=run.platform,
        handle=run.handle or None,
        native_id=run.native_id or None,
        polarity="accepts",
        source=roster.source,
    )


def _names(named: AccountClaim | Run) -> list[Name]:
    """The names of an account, the strongest first."""
    names = [named.native_id, f"@{named.handle.casefold()}" if named.handle else None]
    return [(named.figure_id, named.platform, name) for name in names if name]
