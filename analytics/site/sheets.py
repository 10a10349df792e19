"""A sheet as one page: HTML that needs no other file, and text."""

from pathlib import Path

from markupsafe import Markup

from analytics.measures.sheet import Sheet
from analytics.site.files import Edition, site_style, templates

_STYLE = Path(__file__).with_name("assets") / "site.css"


def sheet_html(claim: Sheet, edition: Edition) -> str:
    """The sheet as a page; it may be printed."""
    return templates().get_template("sheet.html").render(claim=claim, edition=edition, style=whole_style())


def sheet_text(claim: Sheet, edition: Edition) -> str:
    """The sheet as plain text."""
    return templates().get_template("sheet.txt").render(claim=claim, edition=edition) + "\n"


def whole_style() -> Markup:
    """The style of the site, for a page that has no other file."""
    return Markup(site_style() + _STYLE.read_text(encoding="utf-8"))  # noqa: S704 -- our own style sheet
