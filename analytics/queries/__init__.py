"""The queries of measures on a version: one SELECT per file, named by what a row is, with named parameters."""

from functools import cache
from pathlib import Path


@cache
def query(name: str) -> str:
    """The SELECT in `name.sql`."""
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
