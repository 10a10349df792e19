"""The data of a crawl's request: its targets, how its answer is read, and its history so far."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from scrapy import Request
from scrapy.http import Response

from kooch.store.outcomes import Failed, Looked, Observed, Skipped, Target
from kooch.store.sharing import Heard

CLOCK_ERROR = timedelta(days=1)
"""How much later than our clock a time in an answer may be. Later times are ignored."""
_KEY = "question"


class Result(NamedTuple):
    """The result that a callback found about one target."""

    target: Target
    result: Observed | Looked | Failed | Skipped


Read = Callable[..., Iterable[Result | Request]]
"""Gets the response and the targets, and yields results and further questions."""
Instead = Callable[[Failed], Iterable[Result | Request]]
"""Gets the failure of a question, and yields the results and questions that take its place."""


def _read_nothing(_response: Response, *_targets: Target) -> Iterable[Result | Request]:
    return ()


@dataclass(slots=True, kw_only=True)
class Question:
    """A question about `targets`; its tries and redirects share it.

    `otherwise` is an observation, or a look, that the question only adds to: it stands when the question fails, with the time
    `shown_at` of the answer that it came from. `instead` says what follows when the question fails; without either, its targets fail.
    """

    targets: tuple[Target, ...] = ()
    read: Read = _read_nothing
    statuses: Container[int] = (200,)
    otherwise: Observed | Looked | None = None
    instead: Instead | None = None
    shown_at: datetime | None = None

    is_paging: bool = False
    """Whether it counts towards a server's limit for questions that follow an earlier answer."""
    is_probe: bool = False
    """Whether it is a probe: it asks whether a host works, about no target."""
    attempts: int = 0
    """How often it was sent."""
    faults: int = 0
    """How often it failed while its host answered other questions."""
    failed_at: float | None = None
    """When it failed last, on the monotonic clock."""
    sent_at: float | None = None
    wait_seconds: float = 0
    """How long it waits before its next try."""
    spent_seconds: float = 0
    """The time that servers have taken for its targets, over this question and earlier ones."""
    counted_usd: float | None = None
    """The cost counted for it over all its tries."""
    heard: tuple[Heard, ...] = ()
    """What was answered about its targets so far, where another shard may have to go on from there."""
    heard_at: datetime | None = None
    """When another shard heard its answer, if one did."""
    latest_at: datetime | None = None
    """Times in its answer after this are ignored."""


def asking(question: Question) -> dict[str, object]:
    """The data by which a request carries a question."""
    return {_KEY: question}


def question_of(request: Request) -> Question:
    """The question that a request carries. Requests that Scrapy makes by itself (robots.txt) are questions about
    nobody."""
    return cast(Question, request.meta.setdefault(_KEY, Question()))


def answered_question(response: Response) -> Question:
    """The question that a response answers."""
    return cast(Question, response.meta[_KEY])


def latest_at(response: Response) -> datetime:
    """The latest time that an answer can hold."""
    found = answered_question(response).latest_at
    assert found is not None  # noqa: S101 -- set before an answer is read
    return found
