"""The platforms that are known: the rows that come with Kooch, and those of the data folder."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kooch.errors import ConfigError
from kooch.platforms.row import Platform, read_platform

ROWS = Path(__file__).parent / "rows"

_all: Mapping[str, Platform] | None = None
"""All rows, those of the data folder too: a process works on one data folder."""
_sites: Mapping[str, tuple[Platform, bool]] | None = None
"""Each site with its platform, and whether it shows accounts. Made at the first use."""


@cache
def bundled() -> Mapping[str, Platform]:
    """The rows that come with Kooch, by slug."""
    rows = (read_platform(file) for file in sorted(ROWS.glob("*.yaml")))
    return MappingProxyType({row.platform: row for row in rows})


def known() -> Mapping[str, Platform]:
    """All platforms by slug, in alphabetical order; those of the data folder too, once `learn` has read them."""
    return bundled() if _all is None else _all


def platform_of(slug: str) -> Platform:
    """Raises ConfigError for a platform that nobody has described."""
    try:
        return known()[slug]
    except KeyError:
        raise ConfigError(f"There is no platform {slug!r}. Known are {', '.join(sorted(known()))}.") from None


def learn(home: Path) -> None:
    """Know the platforms in `home/platforms/*.yaml` from now on, and no others of a data folder.

    Raises ConfigError for a row that is wrong, that Kooch has already, or whose site is another's.
    """
    global _all, _sites
    files = sorted((home / "platforms").glob("*.yaml"))
    own = {}
    for file in files:
        row = read_platform(file)
        if row.platform in bundled():
            raise ConfigError(f"Platform {file} comes with Kooch: give the file another name.")
        own[row.platform] = row
    everything = MappingProxyType(dict(sorted({**bundled(), **own}.items())))
    if everything != known():
        _all, _sites = everything, _index(everything)


def place_of(host: str) -> tuple[Platform, str] | None:
    """The platform whose site is `host` or above it, and the part of the host before the site. None if there is no such platform.

    A host of the platform that shows no account comes with a sub-domain that no account page has.
    """
    global _sites  # noqa: PLW0603 -- made once
    if _sites is None:
        _sites = _index(known())
    labels = host.lower().split(".")
    for start in range(len(labels) - 1):
        found = _sites.get(".".join(labels[start:]))
        if found:
            platform, shows_accounts = found
            return platform, ".".join(labels[:start]) if shows_accounts else "\N{EM DASH}"
    return None


def _index(platforms: Mapping[str, Platform]) -> Mapping[str, tuple[Platform, bool]]:
    sites: dict[str, tuple[Platform, bool]] = {}
    # Platforms with servers come last, because a site that looks like a server may be a platform of the user's own.
    for platform in sorted(platforms.values(), key=lambda each: each.has_servers):
        for site in (*platform.sites, *platform.other_sites):
            if site == "*":
                continue
            other, _ = sites.setdefault(site, (platform, site in platform.sites))
            if other.platform != platform.platform and not platform.has_servers:
                raise ConfigError(
                    f"Site {site} is given to the platforms '{other.platform}' and '{platform.platform}': keep one."
                )
    return sites
