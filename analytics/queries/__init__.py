"""What measures ask of a version: one SELECT a file, named by what a row is; its parameters are named."""

from functools import cache
from pathlib import Path


@cache
def query(name: str) -> str:
    """The SELECT in `name.sql`."""
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
