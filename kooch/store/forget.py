"""Remove suppressed accounts from a result before it is spooled, and from spool tables before they are loaded or rewritten."""

import re
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kooch.platforms import leads_to, listed_key, naming
from kooch.store.outcomes import Failed, Looked, Observed, Skipped

Suppressed = Mapping[str, Set[str]]
"""The natural keys of suppressed accounts, by platform: ids, and handles in lower case after an `@`."""

# What a row keeps that shows a suppressed account: which target was asked for, when, and that it was skipped.
_KEPT = {"run", "platform", "target", "valid_at", "recorded_at", "handle", "capture", "batch_id", "folder"}


def names_of(observed: Observed) -> set[str | None]:
    """The present names of the account: an id, and handles after an @."""
    handles = {span.handle for span in observed.handles if span.valid_to is None}
    if observed.profile:
        handles.add(observed.profile.handle)
    return {observed.native_id, *(f"@{handle.lower()}" for handle in handles)}


def without_names(
    result: Observed | Looked | Failed | Skipped, platform: str, suppressed: Set[str]
) -> Observed | Looked | Failed | Skipped:
    """The result without suppressed accounts in its links, in the address it moved to, and in the detail of a failure."""
    if isinstance(result, Looked):
        return result
    if not isinstance(result, Observed):
        return replace(result, detail="") if re.search(naming(platform, suppressed), result.detail) else result
    profile = result.profile
    if profile is not None:
        links = tuple(link for link in profile.links if not leads_to(platform, link, suppressed))
        profile = replace(profile, links=links)
    has_moved_there = result.moved_to is not None and leads_to(platform, result.moved_to, suppressed)
    return replace(
        result,
        profile=profile,
        moved_to=None if has_moved_there else result.moved_to,
        is_named_back=None if has_moved_there else result.is_named_back,
        also_known_as=tuple(name for name in result.also_known_as if not leads_to(platform, name, suppressed)),
    )


def forget(table: pa.Table, suppressed: Suppressed) -> pa.Table:
    """The outcomes in `table` without anything about suppressed accounts; the same table if it holds nothing about them.

    An outcome that shows a suppressed account becomes a skipped one. No other outcome names one, or links to it.
    `table` has the columns of `spool.SCHEMA`, and may have more.
    """
    for platform, names in suppressed.items():
        table = _skip(table, shows(table, platform, names))
        table = _unlink(table, platform, names)
        table = _unname(table, platform, names)
    return table


def without_asked_for(table: pa.Table, platform: str, names: Collection[str]) -> pa.Table:
    """The outcomes without targets that have one of `names`; the same table if there are none."""
    asked = was_asked_for(table, platform, names)
    return table.filter(pc.invert(asked)) if pc.any(asked).as_py() else table


def was_asked_for(table: pa.Table, platform: str, names: Collection[str]) -> pa.ChunkedArray:
    """Which outcomes have a target with one of `names`. Such targets are no longer planned."""
    asked = pa.array(sorted({listed_key(name) for name in names}), pa.string())
    # An archived page goes by the handle that it was looked up under. Folded here, as the names were: no two libraries
    # agree on every letter's lower case.
    looked_up = [text for text in pc.unique(table["handle"]).to_pylist() if text and f"@{text.lower()}" in names]
    targets = table["target"]
    return _and(
        pc.equal(table["platform"], platform),
        _or(
            _or(pc.is_in(targets, asked), pc.is_in(pc.utf8_lower(targets), asked)),
            pc.is_in(table["handle"], pa.array(looked_up, pa.string())),
        ),
    )


def is_meant(table: pa.Table, platform: str, names: Collection[str]) -> pa.ChunkedArray:
    """Which outcomes belong to `names`, by the target or by the id that they show."""
    return _or(was_asked_for(table, platform, names), shows(table, platform, names))


def shows(table: pa.Table, platform: str, names: Collection[str]) -> pa.ChunkedArray:
    """Which outcomes show an account whose id is one of `names`."""
    known = pa.array(sorted(names), pa.string())
    return _and(pc.equal(table["platform"], platform), pc.is_in(table["native_id"], known))


def _skip(table: pa.Table, which: pa.ChunkedArray) -> pa.Table:
    if not pc.any(which).as_py():
        return table
    skipped = {"outcome": "skipped", "cause": "suppressed"}
    for field in table.schema:
        if field.name not in _KEPT:
            value = pa.scalar(skipped.get(field.name), field.type)
            cells = [value.as_py() if is_meant else cell for is_meant, cell in _cells(which, table[field.name])]
            table = _with(table, field.name, cells)
    return table


def _unlink(table: pa.Table, platform: str, names: Set[str]) -> pa.Table:
    """Remove links to a suppressed account from a profile, whatever its platform."""
    links = pc.unique(pc.list_flatten(pc.struct_field(table["profile"], "links"))).to_pylist()
    leading = {link for link in links if link and leads_to(platform, link, names)}
    if not leading:
        return table

    def without(profile: dict[str, Any] | None) -> dict[str, Any] | None:
        if profile is None or not profile["links"]:
            return profile
        return profile | {"links": [link for link in profile["links"] if link not in leading]}

    return _with(table, "profile", [without(cell) for cell in table["profile"].to_pylist()])


def _unname(table: pa.Table, platform: str, names: Set[str]) -> pa.Table:
    """Remove a suppressed account from moves and other names of accounts on its platform, and from details of failures."""
    is_here = pc.equal(table["platform"], platform)
    here = table.filter(is_here)
    others = {*pc.unique(pc.list_flatten(here["also_known_as"])).to_pylist(), *pc.unique(here["moved_to"]).to_pylist()}
    named = {other for other in others if other and leads_to(platform, other, names)}
    if named:
        moved = pc.is_in(table["moved_to"], pa.array(sorted(named), pa.string()))
        gone = _and(is_here, moved)
        for name in ("moved_to", "is_named_back"):
            table = _with(table, name, [None if is_gone else cell for is_gone, cell in _cells(gone, table[name])])
        known_as = [
            [name for name in cell if name not in named] if here and cell else cell
            for here, cell in _cells(is_here, table["also_known_as"])
        ]
        table = _with(table, "also_known_as", known_as)
    word = re.compile(naming(platform, names))
    telling = {detail for detail in pc.unique(here["detail"]).to_pylist() if detail and word.search(detail)}
    if telling:
        cells = [None if here and cell in telling else cell for here, cell in _cells(is_here, table["detail"])]
        table = _with(table, "detail", cells)
    return table


def _with(table: pa.Table, column: str, cells: list[Any]) -> pa.Table:
    at = table.schema.get_field_index(column)
    field = table.schema.field(at)
    return table.set_column(at, field, pa.array(cells, field.type))


def _cells(which: pa.ChunkedArray, cells: pa.ChunkedArray) -> Iterator[tuple[bool, Any]]:
    return zip(which.to_pylist(), cells.to_pylist(), strict=True)


def _and(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.and_(one, other), False)


def _or(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.or_(pc.fill_null(one, False), pc.fill_null(other, False))
