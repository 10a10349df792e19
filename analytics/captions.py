"""The words that every chart carries: question, subject, notes, definition, unit, source and version of the data."""

import textwrap
from dataclasses import dataclass

import duckdb

from analytics.charts import ChartModule
from analytics.measures.phrases import with_days_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """The words that belong to a chart wherever it goes: on a page, in a picture, in a table.

    `subject` is what was chosen (a roster and platform, a person, a day), which the page says above the chart. `notes`
    say what a reader cannot see in the data, a sentence each.
    """

    question: str
    definition: str
    unit: str
    source: str
    version: str
    subject: str = ""
    notes: tuple[str, ...] = ()

    @property
    def how_to_read(self) -> str:
        """The definition, as a page says it under the picture."""
        return f"How to read it: {self.definition}"

    @property
    def origin(self) -> list[str]:
        """What is counted, and where it comes from: the small print."""
        return [f"Unit: {self.unit}.", f"Source: {self.source}.", f"Data: {self.version}."]

    def small_print(self) -> list[str]:
        """Everything but question and subject, one sentence per item."""
        return [*self.notes, self.definition, *self.origin]

    def wrapped(self, characters: int) -> list[str]:
        """Subject and small print in lines for a picture."""
        return [
            line for sentence in (self.subject, *self.small_print()) for line in textwrap.wrap(sentence, characters)
        ]


def caption(
    connection: duckdb.DuckDBPyConnection,
    chart: ChartModule,
    *,
    roster: str | None = None,
    source: str | None = None,
    subject: str = "",
    notes: tuple[str, ...] = (),
) -> Caption:
    """The caption of `chart` drawn from this version, with the source of `roster`, `source`, or Kooch's own crawls."""
    version, published_at, kooch = connection.execute(
        "SELECT version, strftime(published_at, '%-d %B %Y, %H:%M UTC'), kooch FROM versions"
    ).fetchall()[0]
    found = connection.execute(
        "SELECT title, source, licence, strftime(as_of, '%-d %B %Y') FROM rosters WHERE roster = ?", [roster]
    ).fetchall()
    if found:
        title, cited, licence, day = found[0]
        source = f"{title} ({day}). {with_days_in_words(cited)}; {licence}"
    return Caption(
        question=chart.QUESTION,
        definition=chart.DEFINITION,
        unit=chart.UNIT,
        source=source or "observations by this installation of Kooch",
        version=f"version {version} of {published_at}, Kooch {kooch}",
        subject=subject,
        notes=notes,
    )
