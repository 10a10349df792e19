"""The answers of Wikidata and their values. They are kept beside the list that was made from them.

A folder holds two files a question: `NAME.rq`, the question with when and where it was asked and the digest of the
answer; `NAME.json.gz`, the answer as it came. An import that was interrupted goes on from the answers that are there.
"""

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from kooch.errors import StorageError
from kooch.files import make_folder, write_whole
from kooch.times import now
from kooch.wikidata.questions import Question
from kooch.wikidata.service import Service, read_results

Row = Mapping[str, "Value"]

_ENTITY = "http://www.wikidata.org/entity/"
_UNKNOWN = re.compile(r"https?://www\.wikidata\.org/\.well-known/genid/")
_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T")
_HEAD = re.compile(r"# asked (\S+) of (\S+), sha256 ([0-9a-f]{64})\n")
_DAY, _YEAR = 11, 9
KEPT_FOR = timedelta(hours=24)
"""An import that was interrupted longer ago starts again, because its halves would be of two days."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an answer: an item without its address, or a text with its language."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From the first to the last day that a date may be; one day if Wikidata knows the day."""

    first: date
    last: date

    @property
    def is_day(self) -> bool:
        return self.first == self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One kept answer: when and where it was asked, and how many bytes came."""

    name: str
    asked_at: datetime
    endpoint: str
    bytes: int


class Answers:
    """The answers of one list in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def gather(
        self, questions: Iterable[Question], service: Service, on_answer: Callable[[str, int, bool], None]
    ) -> None:
        """Ask the questions without a kept answer. `on_answer` gets each question's name, its bytes, and whether it was kept already.

        Raises AnswerError and StorageError; what has been answered until then stays.
        """
        for question in questions:
            kept = self._kept(question, service.endpoint)
            if kept is None:
                body = service.ask(question.name, question.text)
                self._keep(question, service.endpoint, body)
            on_answer(question.name, kept.bytes if kept else len(body), kept is not None)

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of one answer; none if it was not asked for. What Wikidata itself does not know is left out."""
        try:
            body = gzip.decompress((self.folder / f"{name}.json.gz").read_bytes())
        except FileNotFoundError:
            return
        except (OSError, EOFError) as error:
            raise StorageError(
                f"{self.folder / name}.json.gz cannot be read ({error}). Ask anew with --refresh."
            ) from error
        for row in read_results(name, body):
            yield {key: value for key, cell in row.items() if (value := _value(cell))}

    def asked_at(self) -> datetime | None:
        """When the first of the kept answers was asked for."""
        return min((at for file in self.folder.glob("*.rq") if (at := _head(file))), default=None)

    def _keep(self, question: Question, endpoint: str, body: bytes) -> None:
        try:
            make_folder(self.folder)
            write_whole(self.folder / f"{question.name}.json.gz", gzip.compress(body, mtime=0))
            head = f"# asked {now().isoformat(timespec='seconds')} of {endpoint}, sha256 {hashlib.sha256(body).hexdigest()}\n"
            write_whole(self.folder / f"{question.name}.rq", head + question.text)
        except OSError as error:
            raise StorageError(f"{self.folder} could not be written: {error.strerror}.") from error

    def _kept(self, question: Question, endpoint: str) -> Kept | None:
        """The kept answer to exactly this question, unless it is too old or damaged."""
        try:
            text = (self.folder / f"{question.name}.rq").read_text(encoding="utf-8")
            body = gzip.decompress((self.folder / f"{question.name}.json.gz").read_bytes())
        except (OSError, EOFError, UnicodeDecodeError):
            return None
        head = _HEAD.match(text)
        if head is None or text[head.end() :] != question.text or head[2] != endpoint:
            return None
        asked_at = datetime.fromisoformat(head[1])
        if now() - asked_at > KEPT_FOR or hashlib.sha256(body).hexdigest() != head[3]:
            return None
        return Kept(name=question.name, asked_at=asked_at, endpoint=endpoint, bytes=len(body))


def _head(file: Path) -> datetime | None:
    with file.open(encoding="utf-8") as text:
        head = _HEAD.match(text.readline())
    return datetime.fromisoformat(head[1]) if head else None


def _value(cell: Mapping[str, str]) -> Value | None:
    """The value, or None for Wikidata's "some value": a node without a name, or an address that stands for one."""
    kind, text = cell["type"], cell["value"]
    if kind == "bnode" or _UNKNOWN.match(text):
        return None
    if kind == "uri":
        return Value(text.removeprefix(_ENTITY))
    return Value(text, cell.get("xml:lang", "").lower())


def text_of(row: Row, key: str) -> str | None:
    """The text of one value of a row."""
    value = row.get(key)
    return value.text if value else None


def span_of(row: Row, key: str) -> Span | None:
    """The days that a date of a row may be, by its precision; None if it is unknown, or coarser than a decade.

    If no precision was asked for, a date counts as a day, and a date on 1 January as a year.
    """
    text, precision = text_of(row, key), text_of(row, f"{key}_precision")
    found = _TIME.match(text) if text else None
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        return None
    exactness = int(precision) if precision else _YEAR if (day.month, day.day) == (1, 1) else _DAY
    return _widened(day, exactness)


def _widened(day: date, precision: int) -> Span | None:
    match precision:
        case 14 | 13 | 12 | 11:
            return Span(first=day, last=day)
        case 10:
            following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
            return Span(first=day.replace(day=1), last=following - timedelta(days=1))
        case 9:
            return Span(first=date(day.year, 1, 1), last=date(day.year, 12, 31))
        case 8:
            first = max(1, day.year // 10 * 10)
            return Span(first=date(first, 1, 1), last=date(min(first + 9, 9999), 12, 31))
        case _:
            return None
