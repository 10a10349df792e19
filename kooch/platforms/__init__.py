"""All that is known of a platform before it is asked, one file of data each. No other code in Kooch holds such facts.

rows/        a file a platform; the data folder may hold more, in `platforms/`
row.py       what a row holds
patterns.py  forms of names and of addresses, in bounded time
registry.py  the platforms that are known, and whose site a host is
reading.py   a cell or an address → an account, or why it is none
names.py     all names that one account may go by
hosts.py     public DNS names
bech32.py    the checksum of Nostr's keys
"""

from kooch.platforms.hosts import ascii_host
from kooch.platforms.names import (
    describe_foreign_host,
    given_up,
    host_of,
    is_closed_server,
    leads_to,
    listed_key,
    naming,
    natural_keys,
    one_spelling,
    spell_handle,
)
from kooch.platforms.reading import Account, Refused, has_secret, is_placeholder, is_placeholder_as_handle, read
from kooch.platforms.registry import known, learn, platform_of
from kooch.platforms.row import ArchiveQuestion, Platform, Source, Span

__all__ = [
    "Account",
    "ArchiveQuestion",
    "Platform",
    "Refused",
    "Source",
    "Span",
    "ascii_host",
    "describe_foreign_host",
    "given_up",
    "has_secret",
    "host_of",
    "is_closed_server",
    "is_placeholder",
    "is_placeholder_as_handle",
    "known",
    "leads_to",
    "learn",
    "listed_key",
    "naming",
    "natural_keys",
    "one_spelling",
    "platform_of",
    "read",
    "spell_handle",
]
