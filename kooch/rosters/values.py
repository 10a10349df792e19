"""The closed sets of words in a roster."""

from typing import Literal, get_args

Kind = Literal["person", "institution", "party"]
Selection = Literal["census", "sample", "listed", "joiners"]
Polarity = Literal["accepts", "denies"]
EventKind = Literal["joined", "left", "absent", "posted"]
PlatformSlug = Literal[
    "koo",
    "x",
    "mastodon",
    "bluesky",
    "threads",
    "instagram",
    "facebook",
    "youtube",
    "truthsocial",
    "gab",
    "gettr",
]

PLATFORMS: tuple[PlatformSlug, ...] = get_args(PlatformSlug)
EVIDENCE = "evidence"
"""Among the user's rosters, the folder of statements that belong to none of them; no roster may have its name."""
