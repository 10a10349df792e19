"""What every chart says of itself: question, subject, notes, definition, unit, source and version of the data."""

import textwrap
from dataclasses import dataclass

import duckdb

from analytics.charts import ChartModule


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """The words that belong to a chart wherever it goes: on a page, in a picture, in a table.

    `subject` is what was chosen (a roster and platform, a person, a day), which the page says above the chart. `notes`
    are what this data cannot say for itself, a sentence each.
    """

    question: str
    definition: str
    unit: str
    source: str
    version: str
    subject: str = ""
    notes: tuple[str, ...] = ()

    def small_print(self) -> list[str]:
        """Everything but question and subject, a sentence an entry."""
        return [
            *self.notes,
            self.definition,
            f"Unit: {self.unit}.",
            f"Source: {self.source}.",
            f"Data: {self.version}.",
        ]

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
        source = "{0} ({3}). {1}; {2}".format(*found[0])
    return Caption(
        question=chart.QUESTION,
        definition=chart.DEFINITION,
        unit=chart.UNIT,
        source=source or "observations by this installation of Kooch",
        version=f"version {version} of {published_at}, Kooch {kooch}",
        subject=subject,
        notes=notes,
    )
