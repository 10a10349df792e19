"""The closed sets of words in a roster."""

from typing import Literal

Kind = Literal["person", "institution", "party"]
Selection = Literal["census", "sample", "listed", "joiners"]
Polarity = Literal["accepts", "denies"]
EventKind = Literal["joined", "there", "posted", "absent", "left", "announced"]
"""`there`: the source says that the figure is on the platform, and not since when. `announced`: that it says it leaves."""
Ended = Literal["still", "renamed", "replaced", "no_longer_on_the_list", "withdrawn", "gap"]
"""How a run of days on a list ended: by what the list had instead. None of it says that somebody left a platform.

`gap`: withdrawn, and listed again later."""
Withdrawal = Literal["correction", "curation"]
"""Why a series drops an account of somebody who stays: it was wrong, or it is true and no longer wanted there."""
ReadAs = Literal["page", "excerpt", "excerpt_cut", "quoted_elsewhere"]
"""How a source was read: whole, as a stored excerpt, as one that ends just at the point, or as another source quotes it."""
EVIDENCE = "evidence"
"""Among the user's rosters, the folder of statements that belong to none of them; no roster may have its name."""

SOURCES = "answers"
"""The folder beside a roster's tables that holds what it was made of."""
LOOKS = "looks"
"""Among the user's rosters, the folder of looks by people; no roster may have its name."""
