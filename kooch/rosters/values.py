"""The closed sets of words in a roster."""

from typing import Literal

Kind = Literal["person", "institution", "party", "office"]
"""`office`: what people hold one after the other. Its accounts are its own, and no holder's."""
Selection = Literal["census", "sample", "listed", "joiners"]
Polarity = Literal["accepts", "denies"]
EventKind = Literal["joined", "there", "posted", "absent", "left", "announced"]
"""`there`: the source says that the figure is on the platform, and not since when. `announced`: the figure says that it leaves."""
Ended = Literal["still", "renamed", "replaced", "no_longer_on_the_list", "withdrawn", "gap"]
"""How a run of days on a list ended, by what the list had next. No such end says that somebody left a platform.

`gap`: withdrawn, and listed again later."""
Withdrawal = Literal["correction", "curation"]
"""Why a series drops an account although its figure stays: it was wrong, or it is correct and no longer wanted there."""
ReadAs = Literal["page", "excerpt", "excerpt_cut", "quoted_elsewhere"]
"""How a source was read: whole, as a stored excerpt, as one that ends just at the point, or as another source quotes it."""
EVIDENCE = "evidence"
"""Among the user's rosters, the folder of statements that belong to none of them; no roster may have its name."""

SOURCES = "answers"
"""The folder beside a roster's tables with the answers from which it was made."""
LOOKS = "looks"
"""Among the user's rosters, the folder of looks by people; no roster may have its name."""
