"""The closed sets of words in a roster."""

from typing import Literal

Kind = Literal["person", "institution", "party"]
Selection = Literal["census", "sample", "listed", "joiners"]
Polarity = Literal["accepts", "denies"]
EventKind = Literal["joined", "there", "posted", "absent", "left", "announced"]
"""`there`: the source says that the figure is on the platform, and not since when. `announced`: that it says it leaves."""
ReadAs = Literal["page", "excerpt", "excerpt_cut", "quoted_elsewhere"]
"""How a source was read: whole, as a stored excerpt, as one that ends just at the point, or as another source quotes it."""
EVIDENCE = "evidence"
"""Among the user's rosters, the folder of statements that belong to none of them; no roster may have its name."""

SOURCES = "answers"
"""The folder beside a roster's tables that holds what it was made of."""
LOOKS = "looks"
"""Among the user's rosters, the folder of looks by people; no roster may have its name."""
