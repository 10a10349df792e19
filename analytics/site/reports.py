"""A report as one page that needs no other file, and as CSV."""

import base64
import hashlib
from pathlib import Path

from markupsafe import Markup

from analytics.downloads import to_csv
from analytics.measures.list_page import sentence
from analytics.measures.report import Report
from analytics.site.files import Edition, templates
from analytics.site.sheets import whole_style

_SORT = Path(__file__).with_name("assets") / "sort.js"
_COLUMNS = (
    ("Name", "text"),
    ("Platform", "text"),
    ("What is known", "text"),
    ("Followers", "number"),
    ("Change", "number"),
    ("Posts a week", "number"),
    ("Last post", "text"),
)
"""Headings, and how a column sorts: days are written so that they sort as text."""


def report_html(report: Report, edition: Edition) -> bytes:
    """The report as a page. Only its own script runs on it."""
    script = _SORT.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = templates().get_template("report.html")
    return page.render(
        report=report,
        edition=edition,
        sentence=sentence,
        columns=_COLUMNS,
        csv=base64.b64encode(report_csv(report)).decode(),
        style=whole_style(),
        script=Markup(script),  # noqa: S704 -- our own script
        script_hash=f"sha256-{digest}",
    ).encode()


def report_csv(report: Report) -> bytes:
    """The rows of the report."""
    return to_csv(report.rows)
