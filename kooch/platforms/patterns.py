"""The patterns of a platform's row: forms of names as bounded regular expressions, and addresses with places for names.

Rows are also written by users, and strangers write what is matched: no pattern may take long on any text.
"""

import re
from functools import cache
from typing import NamedTuple

from kooch.platforms.bech32 import has_bech32_checksum
from kooch.platforms.hosts import ascii_host, is_host_in_ascii

LONGEST_PATTERN = 300
LONGEST_TEXT = 2000
_LONGEST_HOST = 253
_MOST_WAYS = 500_000
"""In how many ways a pattern may divide a text, at most; trying them all takes a tenth of a second."""
_HOSTS = {"host": r"[^\s@/:?#]{1,253}", "ascii_host": r"[A-Za-z0-9.-]{1,253}"}
PLACE = re.compile(r"\{([a-z][a-z_]*)\}")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:!=]|\(\?.?|[()|^$]|[*+]|\{[0-9, ]*\}|\?|.", re.DOTALL)
_COUNTED = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{1,4}))?\}")


class PatternError(ValueError):
    """What is wrong with a pattern, and what to write."""


def compile_form(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """A regular expression whose time is bounded. Raises PatternError for any other.

    `{host}` and `{ascii_host}` stand for a DNS name, which `fits` looks at.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(f"has {len(pattern)} characters: write at most {LONGEST_PATTERN}")
    _refuse_slow(PLACE.sub(f".{{1,{_LONGEST_HOST}}}", pattern))
    try:
        return re.compile(PLACE.sub(_host_group, pattern), flags)
    except (re.error, OverflowError) as error:
        raise PatternError(f"is no regular expression ({error})") from None


def _host_group(place: re.Match[str]) -> str:
    if place[1] not in _HOSTS:
        raise PatternError(f"holds {place[0]}: only {{host}} and {{ascii_host}} may stand in a form")
    return f"(?P<{place[1]}>{_HOSTS[place[1]]})"


def _refuse_slow(pattern: str) -> None:
    """Raise PatternError for repetitions without a limit, of groups, or so many that a text divides in too many ways."""
    # For each open group: the ways of its alternatives before this one, and those of this one so far.
    groups, before = [[0, 1]], "("
    for piece in _PIECE.findall(pattern):
        _refuse_piece(piece, before)
        if piece.startswith("("):
            groups.append([0, 1])
        elif piece == "|":
            done, ways = groups[-1]
            groups[-1] = [done + ways, 1]
        elif piece == ")" and len(groups) > 1:
            groups[-2][1] *= sum(groups.pop())
        elif piece == "?":
            groups[-1][1] *= 2
        elif counted := _COUNTED.fullmatch(piece):
            groups[-1][1] *= int(counted[3] or counted[1]) - int(counted[1]) + 1
        if max(map(sum, groups)) > _MOST_WAYS:
            raise PatternError("can divide a text in too many ways: write fewer repetitions, or shorter ones")
        before = piece


def _refuse_piece(piece: str, before: str) -> None:
    if piece in {"*", "+"}:
        raise PatternError(f"holds {piece}, which has no limit: write how many, such as {{1,30}}")
    if piece.startswith("(?") and piece not in {"(?:", "(?!", "(?="}:
        raise PatternError(f"holds {piece}: of groups, only (…), (?:…), (?!…) and (?=…) are understood")
    if re.fullmatch(r"\\[1-9]", piece):
        raise PatternError(f"holds {piece}: a pattern may not refer back to a group")
    if not piece.startswith("{"):
        return
    counted = _COUNTED.fullmatch(piece)
    if counted is None or (counted[3] and int(counted[3]) < int(counted[1])) or before.startswith(("(", "|", "{", "?")):
        raise PatternError(f"holds {piece}: write how many at least and at most, such as {{1,30}}")
    if before == ")":
        raise PatternError(f"repeats a group with {piece}: only ? may follow a group")


class Form(NamedTuple):
    """What a name looks like. `write` says so to people; `never` are patterns found in no such name."""

    pattern: re.Pattern[str]
    write: str
    never: tuple[re.Pattern[str], ...] = ()
    has_checksum: bool = False

    def fits(self, text: str) -> bool:
        """Whether a whole text has this form."""
        if len(text) > LONGEST_TEXT:
            return False
        found = self.pattern.fullmatch(text)
        if found is None or any(never.search(text) for never in self.never):
            return False
        groups = found.groupdict()
        host, in_ascii = groups.get("host"), groups.get("ascii_host")
        has_host = (host is None or ascii_host(host)) and (in_ascii is None or is_host_in_ascii(in_ascii))
        return bool(has_host) and (not self.has_checksum or has_bech32_checksum(text))

    def host_in(self, text: str) -> str | None:
        """The host that a name of this form holds."""
        found = self.pattern.fullmatch(text)
        groups = found.groupdict() if found else {}
        return groups.get("host") or groups.get("ascii_host")


class Address(NamedTuple):
    """An address in parts: host and path segments are decoded, the query is as `parse_qs` reads it."""

    host: str
    segments: tuple[str, ...]
    query: dict[str, list[str]]


class Place(NamedTuple):
    """Where names stand in addresses of one kind: the path of `//host/path?key={name}`, segment by segment."""

    host: re.Pattern[str] | None
    segments: tuple[re.Pattern[str], ...]
    has_rest: bool
    query: tuple[tuple[str, str], ...]

    def names_in(self, address: Address) -> dict[str, str] | None:
        """The names in the places of an address of this kind; None for an address of another kind."""
        count = len(self.segments)
        if len(address.segments) != count and not (self.has_rest and len(address.segments) > count):
            return None
        found: dict[str, str] = {}
        pairs = [*zip(self.segments, address.segments, strict=False)]
        for pattern, text in [(self.host, address.host), *pairs] if self.host else pairs:
            match = pattern.fullmatch(text) if pattern else None
            if match is None:
                return None
            found |= match.groupdict()
        for key, name in self.query:
            values = address.query.get(key, [])
            if len(values) != 1:
                return None
            found[name] = values[0]
        return found


@cache
def compile_place(pattern: str) -> Place:
    """`/in/{slug}/**` and the like: `*` is any text in a segment, `**` any rest, `@?` may be missing.

    Raises PatternError.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(f"has {len(pattern)} characters: write at most {LONGEST_PATTERN}")
    path, _, query = pattern.partition("?") if "?" in pattern.replace("@?", "") else (pattern, "", "")
    if "@?" in pattern and query:
        raise PatternError("holds both @? and a query: write two patterns")
    host = None
    if path.startswith("//"):
        name, _, path = path[2:].partition("/")
        host, path = _compile_segment(name), f"/{path}"
    if not path.startswith("/"):
        raise PatternError("begins with no /: write a path such as /{handle}")
    *pieces, last = path.strip("/").split("/") if path.strip("/") else [""]
    has_rest = last == "**"
    segments = [*pieces] if has_rest else [*pieces, *([last] if last else [])]
    return Place(
        host=host,
        segments=tuple(_compile_segment(segment) for segment in segments),
        has_rest=has_rest,
        query=tuple(_read_query(pair) for pair in query.split("&") if pair),
    )


def compile_text(pattern: str) -> re.Pattern[str]:
    """`at://{handle}/**`, `tg://resolve?domain={handle}` or `public{number}`: a whole text that is no web address."""
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(f"has {len(pattern)} characters: write at most {LONGEST_PATTERN}")
    body = pattern.removesuffix("/**")
    end = "(?:[/?&#].*)?" if body != pattern or "?" in pattern else "/?"
    return re.compile(_compile_segment(body).pattern + end, re.DOTALL)


def _compile_segment(text: str) -> re.Pattern[str]:
    if text.count("*") + len(PLACE.findall(text)) > 2 or "**" in text:
        raise PatternError(f"holds '{text}': at most two places may stand in one segment, and ** stands last and alone")
    parts = []
    for part in re.split(r"(\{[a-z][a-z_]*\}|\*|@\?)", text):
        if part == "*":
            parts.append("[^/]*")
        elif part == "@?":
            parts.append("@?")
        elif place := PLACE.fullmatch(part):
            parts.append(f"(?P<{place[1]}>[^/?#]+)")
        else:
            parts.append(f"(?i:{re.escape(part)})" if part else "")
    try:
        return re.compile("".join(parts))
    except re.error as error:
        raise PatternError(f"is no address pattern ({error})") from None


def _read_query(pair: str) -> tuple[str, str]:
    key, _, value = pair.partition("=")
    place = PLACE.fullmatch(value)
    if not key or place is None:
        raise PatternError(f"holds the query '{pair}': write it as key={{handle}}")
    return key, place[1]
