"""The index and addresses of the Wayback Machine: which pages exist, what to ask, what an answer means. No network is
used.

Documents: the README and source of wayback-cdx-server (internetarchive/wayback), how an index files addresses
(iipc/webarchive-commons, `BasicURLCanonicalizer` and `AggressiveIACanonicalizerRules`), RFC 7089 (Memento).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple, Self
from urllib.parse import quote, unquote, urlencode, urlsplit

from crawlers.reading import UnreadableError, parse_body
from kooch.platforms import platform_of
from kooch.store.backfills import Every, IndexRow

_FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")
_OTHER_NAMES = {"url": "original", "mime": "mimetype", "status": "statuscode"}
"""What pywb, which runs many other archives, calls them."""
_FORMS = {
    "timestamp": re.compile(r"(19|20)[0-9]{12}"),
    "original": re.compile(r"https?://[\x21-\x7e]{1,4000}", re.IGNORECASE),
    "mimetype": re.compile(r"[\x20-\x7e]{1,200}"),
    "statuscode": re.compile(r"[1-9][0-9]{2}|-"),
    "digest": re.compile(r"[A-Z2-7]{32}"),
}
_RESUME_KEY = re.compile(r"[\x21-\x7e]{1,8000}")
_MEMENTO = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} (19|20)[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_CAPTURE = re.compile(r"/web/(\d{14})(?:[a-z]{2}_)?/(.+)", re.DOTALL)
_REVISIT = "warc/revisit"
"""The type of a capture that repeats an earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexQuery:
    """Which captures: of one address (`exact`), or of all that begin with it (`prefix`); days are inclusive, in UTC.

    Each capture until `sure_until` certainly holds what is wanted, so no other query is needed for that time.
    """

    url: str
    match: str
    mimetype: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    sure_until: date | None = None

    @property
    def name(self) -> str:
        return self.url + ("*" if self.match == "prefix" else "")

    @property
    def is_empty(self) -> bool:
        return self.first_day is not None and self.last_day is not None and self.last_day < self.first_day

    def within(self, first_day: date | None, last_day: date | None) -> Self:
        """The same, of these days only."""
        return replace(
            self,
            first_day=max(filter(None, (self.first_day, first_day)), default=None),
            last_day=min(filter(None, (self.last_day, last_day)), default=None),
        )


class IndexPage(NamedTuple):
    """A page of the index. `misfits` are rows that it should not hold; `resume_key` None: it is the last page."""

    rows: tuple[IndexRow, ...]
    resume_key: str | None
    misfits: int


def is_askable(platform: str, handle: str) -> bool:
    """Whether the index can be asked for a handle. It always reads `a/b` as a place below `a`, even if quoted."""
    return bool(platform_of(platform).archive) and platform_of(platform).is_handle(handle)


def queries_of(platform: str, handle: str) -> list[IndexQuery]:
    """The queries for captures of a profile, for a handle that is askable. See `urlkey` for spellings that are one
    address."""
    name = quote(handle, safe="")
    return [
        IndexQuery(
            url=question.url.replace("{handle}", name),
            match=question.match,
            mimetype=question.mimetype,
            last_day=question.last_day,
            sure_until=question.sure_until,
        )
        for question in platform_of(platform).archive
    ]


def urlkey(url: str) -> str:
    """Host, path and query as an index files them. Raises ValueError for what is no address.

    `https://www.Twitter.com:443//%4eame/#top` and `twitter.com/name` are one: scheme, `www.`, the usual port, letter case,
    quoting, doubled and last slashes, and what follows # do not count.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    host = re.sub(r"^(www\d*\.)+", "", (parts.hostname or "").rstrip("."))
    port = parts.port
    if port is not None and port != {"http": 80, "https": 443}.get(parts.scheme):
        host += f":{port}"
    path = parts.path
    # The index unquotes without limit, which strangers could exploit here. Deeper quoting counts as another address.
    for _ in range(5):
        path = unquote(path)
    segments: list[str] = []
    for segment in path.lower().split("/"):
        if segment == "..":
            segments = segments[:-1]
        elif segment not in ("", "."):
            segments.append(segment)
    return "/".join((host, *segments)) + (f"?{parts.query.lower()}" if parts.query else "")


def index_url(base: str, query: IndexQuery, *, limit: int, resume_key: str | None) -> str:
    """One page of the index in JSON; `read_index` chooses among its rows.

    The index is not asked to choose rows itself, nor for the days of a prefix. It looks through 150,000 rows for one
    answer, including those that it leaves out, and if it stops there it gives no resume key
    (`CDXServer.writeCdxResponse`).
    """
    parameters = [("url", query.url), ("matchType", query.match), ("output", "json"), ("fl", ",".join(_FIELDS))]
    if query.first_day and query.match == "exact":
        parameters.append(("from", f"{query.first_day:%Y%m%d}"))
    if query.last_day and query.match == "exact":
        parameters.append(("to", f"{query.last_day:%Y%m%d}"))
    parameters += [("limit", str(limit)), ("showResumeKey", "true")]
    if resume_key is not None:
        # It came quoted, and is unquoted once more than other values.
        parameters.append(("resumeKey", resume_key))
    return f"{base.rstrip('/')}/cdx/search/cdx?{urlencode(parameters)}"


def read_index(body: bytes, query: IndexQuery) -> IndexPage:
    """The rows on a page of the index that answer `query`: of its days and type, and of any status.

    Repetitions are kept if one address was asked for; below a prefix nothing says what they repeat. Misfits are rows
    that cannot be read, and rows of other addresses. Raises UnreadableError if it is not a page of an index, and if no
    row of it can be read.
    """
    table = parse_body(body, list)
    if not table:
        return IndexPage((), None, 0)
    if not all(isinstance(row, list) for row in table):
        raise UnreadableError("unexpected_answer", "the index answers something other than rows")
    resume_key = None
    if [] in table:
        space = table.index([])
        match table[space + 1 :]:
            case [[str(key)]] if space and _RESUME_KEY.fullmatch(key):
                table, resume_key = table[:space], key
            case keys:
                fault = f"the index gives a resume key of an unknown form: {keys!a:.80}"
                raise UnreadableError("unexpected_answer", fault)
    names = [_OTHER_NAMES.get(name, name) if isinstance(name, str) else "" for name in table[0]]
    if missing := [field for field in _FIELDS if names.count(field) != 1]:
        raise UnreadableError("unexpected_answer", f"the index does not say once: {', '.join(missing)}")
    rows = [_read_row(names, cells) for cells in table[1:]]
    if rows and not any(rows):
        # An unknown form would look like an archive that holds nothing.
        raise UnreadableError("unexpected_answer", f"of {len(rows)} rows of the index none can be read")
    good = [row for row in rows if row is not None and _is_at(row.original, query)]
    return IndexPage(tuple(row for row in good if _answers(row, query)), resume_key, len(rows) - len(good))


def _read_row(names: list[str], cells: list[object]) -> IndexRow | None:
    if len(cells) != len(names):
        return None
    row = dict(zip(names, cells, strict=True))
    for field, form in _FORMS.items():
        text = row[field]
        if not isinstance(text, str) or not form.fullmatch(text):
            return None
    timestamp, original, mimetype, status, digest = (str(row[field]) for field in _FIELDS)
    try:
        datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return IndexRow(
        timestamp=timestamp,
        original=original,
        mimetype=mimetype,
        status=None if status == "-" else int(status),
        digest=digest,
    )


def _is_at(original: str, query: IndexQuery) -> bool:
    try:
        found = urlkey(original)
    except ValueError:
        return False
    asked = urlkey(query.url)
    return found == asked if query.match == "exact" else found.startswith(f"{asked}/")


def _answers(row: IndexRow, query: IndexQuery) -> bool:
    day = row.captured_at.date()
    if (query.first_day and day < query.first_day) or (query.last_day and day > query.last_day):
        return False
    if row.mimetype == _REVISIT:
        return query.match == "exact"
    return query.mimetype in (None, row.mimetype)


def thin(rows: Iterable[IndexRow], every: Every) -> list[IndexRow]:
    """The first good capture of each `day`, `week` (from Monday) or `month`, in UTC; for `capture`, all good ones.

    A capture with status 200 is good. A repetition is as good as the body that it repeats. If the rows do not say what
    it repeats, it is kept only if there is nothing else: reading it will show.
    """
    ordered = sorted(rows, key=_order)
    statuses: dict[str, set[int]] = {}
    for row in ordered:
        if row.status is not None:
            statuses.setdefault(row.digest, set()).add(row.status)
    good = [row for row in ordered if (row.status or 200) == 200 and 200 in statuses.get(row.digest, ())]
    unknown = [row for row in ordered if row.status is None and row.digest not in statuses]
    kept: dict[object, IndexRow] = {}
    for row in (*good, *unknown):
        kept.setdefault(period_of(row, every), row)
    return sorted(kept.values(), key=_order)


def _order(row: IndexRow) -> tuple[str, bool, str, str]:
    """The sort key: by time, and within a second an answer before a repetition. No two captures are equal."""
    return row.timestamp, row.status is None, row.original, row.digest


def period_of(row: IndexRow, every: Every) -> object:
    """The key of which `thin` keeps one capture. One body at one second is one capture, in any spelling of its address."""
    match every:
        case Every.CAPTURE:
            return row.timestamp, row.digest
        case Every.DAY:
            return row.captured_at.date()
        case Every.WEEK:
            return row.captured_at.isocalendar()[:2]
        case Every.MONTH:
            return row.timestamp[:6]


def capture_url(base: str, timestamp: str, original: str, *, raw: bool) -> str:
    """The address of a capture: as it was archived (`raw`), or as the archive shows it to people."""
    return f"{base.rstrip('/')}/web/{timestamp}{'id_' if raw else ''}/{original}"


def split_capture_url(url: str) -> tuple[str, str]:
    """The timestamp and the original address in the address of a capture; two empty texts for another address."""
    found = _CAPTURE.search(url)
    return (found[1], found[2]) if found else ("", "")


def is_excluded(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the archive does not show the site at all, as its owner or its robots.txt asked.

    `headers` by lower-case name, here and below.
    """
    return status == 403 and "AccessControlException" in headers.get("x-archive-wayback-runtime-error", "")


def memento_at(headers: Mapping[str, str]) -> datetime | None:
    """When the page of an answer was archived, in UTC; None: the answer is the archive's own (RFC 7089, section
    2.1.1)."""
    text = headers.get("memento-datetime", "")
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if _MEMENTO.fullmatch(text) else None
    except ValueError:
        return None
