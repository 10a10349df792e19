"""X (Twitter): archived profile pages of 2006 to 2020, archived posts as JSON, and what later pages tell search engines.

Every form was looked at in real captures or in public code that reads it; `x_pages`, `x_schema` and `x_statuses` name it.
"""

from datetime import datetime

from crawlers.archives.x_pages import read_page
from crawlers.archives.x_statuses import read_status
from crawlers.reading import UnreadableError
from kooch.store.outcomes import Failed, Observed


def parse_archived(body: bytes, captured_at: datetime, *, handle: str | None = None) -> Observed | Failed:
    """What a body that was archived at `captured_at` says of the account `handle`, or of the one it is about.

    Without a count of followers there is no observation: a page that hides them is a failure. `followers_precision` is
    NULL for an exact count; a number that the page rounds gives `followers` alone, never `following` or `posts`.
    `verified` is NULL where only the mark's absence says that there is none. The bound `opened` is the second in
    `created_at`. A page that says itself that the account is suspended gives that status, with the counts it shows; a
    notice that names no account says nothing about any.
    """
    if not body.strip():
        return Failed(cause="no_data", detail="the body is empty")
    try:
        is_json = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
        observed = read_status(body, captured_at, handle) if is_json else read_page(body, captured_at)
    except UnreadableError as error:
        return Failed(cause=error.cause, detail=error.detail)
    shown = observed.profile.handle if observed.profile else ""
    if handle is not None and shown.casefold() != handle.casefold():
        # The message does not name its account, because it may be suppressed.
        return Failed(cause="another_account", detail="the page is about another account")
    return observed
