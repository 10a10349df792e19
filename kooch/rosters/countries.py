"""Reads countries as people write them: the code of ISO 3166, or a question; and names them. Names and codes come from Unicode's CLDR."""

import re
from functools import cache

from babel import Locale
from babel.core import get_global

from kooch.errors import ConfigError
from kooch.rosters.names import fold

# Names are read in these languages. With more languages, a name means two countries too often.
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "nb", "da", "fi", "pl", "cs", "hi", "bn", "ta", "uk")
# Common names that CLDR lacks.
_MORE = {
    "great britain": "GB",
    "britain": "GB",
    "usa": "US",
    "united states of america": "US",
    "the netherlands": "NL",
    "holland": "NL",
    "turkey": "TR",
    "czech republic": "CZ",
    "macedonia": "MK",
    "swaziland": "SZ",
    "burma": "MM",
    "ivory coast": "CI",
    "russian federation": "RU",
    "republic of ireland": "IE",
    "bharat": "IN",
    **dict.fromkeys(("grossbritannien", "grande bretagne", "gran bretana", "gran bretagna", "gra bretanha"), "GB"),
    **dict.fromkeys(("groot brittannie", "wielka brytania", "velka britanie", "iso britannia", "ukgbni"), "GB"),
    **dict.fromkeys(("england", "scotland", "wales", "northern ireland", "schottland", "nordirland"), "GB"),
    **dict.fromkeys(("angleterre", "ecosse", "pays de galles", "inglaterra", "escocia", "inghilterra", "scozia"), "GB"),
    **dict.fromkeys(
        ("vereinigte staaten von amerika", "etats unis damerique", "estados unidos de america", "eeuu"), "US"
    ),
    **dict.fromkeys(("amerika", "america", "stati uniti damerica", "estados unidos da america"), "US"),
    **dict.fromkeys(("bundesrepublik deutschland", "brd", "federal republic of germany"), "DE"),
    **dict.fromkeys(("hollande", "olanda", "holanda"), "NL"),
    **dict.fromkeys(("tschechei", "tschechische republik", "republique tcheque", "republica checa"), "CZ"),
    **dict.fromkeys(("weissrussland", "bielorussie"), "BY"),
    **dict.fromkeys(("birma", "birmanie", "birmania"), "MM"),
    **dict.fromkeys(("peoples republic of china", "volksrepublik china"), "CN"),
    **dict.fromkeys(("republic of korea", "republik korea"), "KR"),
    "vae": "AE",
    "vatikan": "VA",
    "holy see": "VA",
    "schweizerische eidgenossenschaft": "CH",
    "republique francaise": "FR",
    "french republic": "FR",
    "republic of india": "IN",
}
# ISO leaves these to users; lists use them for places that have no code.
_FREE = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ")


def read_country(text: str) -> str:
    """The code of the country that `text` names by code or by name. Raises ValueError for none and for several."""
    code = re.sub(r"[.\s]", "", text).upper()
    if re.fullmatch(r"[A-Z]{2,3}", code):
        found = _of_code(code)
        if found:
            return found
    names = _names().get(fold(text), frozenset())
    if len(names) == 1:
        return next(iter(names))
    if names:
        raise ValueError(f"'{text}' may be {' or '.join(sorted(names))}: write the code")
    raise ValueError(f"'{text}' is not a known country: write its code, e.g. IN")


def country_name(code: str) -> str:
    """The English name of the country with this code; the code where it has none."""
    return str(Locale("en").territories.get(code, code))


def country_code(text: str | None) -> str | None:
    """As `read_country`, for an option that may be missing. Raises ConfigError."""
    try:
        return read_country(text) if text else None
    except ValueError as error:
        raise ConfigError(f"--country is no country: {error}.") from None


def _of_code(code: str) -> str | None:
    if code in _codes() or _FREE.fullmatch(code):
        return code
    # UK and three-letter codes. A former code is left out, because several countries followed it.
    successors = get_global("territory_aliases").get(code, [])
    return str(successors[0]) if len(successors) == 1 else None


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").territories) if re.fullmatch(r"[A-Z]{2}", code))


@cache
def _names() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {name: {code} for name, code in _MORE.items()}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in _codes() and not _FREE.fullmatch(code):
                found.setdefault(fold(name), set()).add(code)
    # A part of a name that several countries share, such as Congo, means several countries.
    for code, name in Locale("en").territories.items():
        if code in _codes() and (parts := re.split(r" - | \(", name))[1:]:
            found.setdefault(fold(parts[0]), set()).add(code)
    return {name: frozenset(codes) for name, codes in found.items()}
