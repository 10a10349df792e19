"""Text that came from a roster, a source or a profile, made harmless before Streamlit reads it as Markdown."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Literal, LiteralString
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from analytics.measures.phrases import with_days_in_words
from analytics.said import Number, Said

# Controls, zero-width characters and the marks that turn the direction of the text after them. Not the two joiners,
# U+200C and U+200D: Persian and Hindi names are written with them.
_INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Markdown makes links of bare addresses, and Streamlit pictures of names between colons (`:streamlit:`, `:material_home:`), after
# it has removed our escapes. An invisible word joiner separates them.
_LINKED_ANYWAY = re.compile(r"(?<=http)(?=s?:)|(?<=www)(?=\.)|(?=@)|(?<=:)(?=[\w+./-]*[a-z][\w+./-]*:)", re.IGNORECASE)
_OWN_PAGE = re.compile(r"[a-z_]+\?[\w.~%=&-]*")
_CITATION = re.compile(r"(?:(.+?),? )?(https?://\S+)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@/=^])")


def plain(text: object) -> str:
    """`text` as Markdown that looks exactly like it on one line, and is never a link, an image or a formula."""
    return _escaped(_on_one_line(text))


def _on_one_line(text: object) -> str:
    return _INVISIBLE.sub("", " ".join(str(text).split()))


def _escaped(visible: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _LINKED_ANYWAY.sub("\u2060", visible))


def coded(text: object) -> str:
    """`text` as `plain` makes it, but what it sets between backticks is code: a command to run."""
    parts = _on_one_line(text).split("`")
    if len(parts) % 2 == 0:  # a backtick that is alone sets nothing
        return plain(text)
    return "".join(f"`{part}`" if n % 2 and part.strip() else _escaped(part) for n, part in enumerate(parts))


def address(url: str | None) -> str | None:
    """`url` as the target of a Markdown link if it is a web address, else None."""
    if url is None or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        return None
    return quote(_INVISIBLE.sub("", url), safe=":/?#@!$&'*+,;=%~-._")


def page_of(page: LiteralString, **choices: str) -> str:
    """Where a page of the app opens with these choices, as a link of a table."""
    return f"{page}?{urlencode(choices, quote_via=quote)}"


def linked(text: object, url: str | None) -> str:
    """`text` as Markdown, a link where `url` is a web address."""
    target = address(url)
    return f"[{plain(text)}]({target})" if target else plain(text)


def cited(text: str) -> tuple[str, str | None]:
    """A citation, and the web address at its end; None if it ends with something else."""
    found = _CITATION.fullmatch(text)
    return (with_days_in_words(found[1] or found[2]), found[2]) if found else (with_days_in_words(text), None)


def table(columns: Sequence[str], rows: Iterable[Sequence[tuple[object, str | None]]]) -> None:
    """A table that every browser and reader of screens knows. A cell is its text and the web address, or `page_of` a page, it leads to.

    Numbers and sentences that hold some name their measure. A wide table is
    scrolled, and on a phone its rows are cards.
    """
    head = "".join(f"<th>{_as_html(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(map(_as_cell, columns, row))}</tr>" for row in rows)
    wide = " kooch-cards" if len(columns) > 2 else ""
    st.html(
        f'<div class="kooch-table{wide}" tabindex="0" role="region" aria-label="{_as_html(", ".join(columns))}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _as_cell(column: str, cell: tuple[object, str | None]) -> str:
    """A cell as HTML, a link where it leads to a web address."""
    text, url = cell
    said = "".join(map(_as_html, text)) if isinstance(text, tuple) else _as_html(text)
    target = address(url)
    if target:
        said = f'<a href="{html.escape(target)}" target="_blank" rel="noopener noreferrer">{said}</a>'
    elif url and _OWN_PAGE.fullmatch(url):
        said = f'<a href="{html.escape(url)}" target="_self">{said}</a>'
    return f'<td data-label="{_as_html(column)}">{said}</td>'


def tell(said: Said, *, kind: Literal["said", "noted"] = "said") -> None:
    """Show a sentence whose numbers name their measure in the attribute `data-measure`, which Markdown cannot hold."""
    st.html(f'<p class="kooch-{kind}">{"".join(map(_as_html, said))}</p>')


def _as_html(part: object) -> str:
    text = html.escape(_INVISIBLE.sub("", str(part)))
    return f'<span data-measure="{html.escape(part.measure)}">{text}</span>' if isinstance(part, Number) else text


def say(template: LiteralString, **values: object) -> None:
    """Show our own Markdown with values from outside in it, each made harmless."""
    st.markdown(template.format(**{name: plain(value) for name, value in values.items()}))


def note(template: LiteralString, **values: object) -> None:
    """`say` in small print."""
    st.caption(template.format(**{name: plain(value) for name, value in values.items()}))


def lead(words: LiteralString, page: str) -> None:
    """A link to `page_of` a page, in the same window."""
    st.html(f'<p class="kooch-noted"><a href="{html.escape(page)}" target="_self">{words}</a></p>')


def notes(*lines: object) -> None:
    """Show small print from outside, one line each. A pair is a text and the web address to which it leads."""
    st.caption("  \n".join(linked(*line) if isinstance(line, tuple) else plain(line) for line in lines))
