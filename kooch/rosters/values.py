"""The closed sets of words in a roster."""

from typing import Literal

Kind = Literal["person", "institution", "party"]
Selection = Literal["census", "sample", "listed", "joiners"]
Polarity = Literal["accepts", "denies"]
EventKind = Literal["joined", "left", "absent", "posted"]
EVIDENCE = "evidence"
"""Among the user's rosters, the folder of statements that belong to none of them; no roster may have its name."""
