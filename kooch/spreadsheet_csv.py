"""A frame as CSV that a spreadsheet can open without running anything in it."""

import polars as pl
import polars.selectors as cs

# Characters that spreadsheets skip before a formula, then characters that begin one. Full-width and small forms are
# read as plain ones.
_SKIPPED = r"[\s\p{Cf}\p{Cc}\p{Zs}]*"
_FORMULA = rf"^(?:[\t\r\n]|{_SKIPPED}[=+\-@\u{{FF1D}}\u{{FF0B}}\u{{FF0D}}\u{{FF20}}\u{{FE66}}\u{{FE62}}\u{{FE63}}\u{{FE6B}}\u{{2212}}])"


def csv_text(frame: pl.DataFrame) -> str:
    """`frame` as CSV: instants as ISO 8601 in UTC, lists joined by `|`, nothing for NULL.

    Text that a spreadsheet would take for a formula gets a leading apostrophe, as OWASP advises; so do names of columns.
    """
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List | pl.Array)]
    structs = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Struct)]
    closed = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Categorical | pl.Enum)]
    flat = frame.with_columns(
        *(_joined(name, frame.schema[name]) for name in lists),
        *(pl.col(name).struct.json_encode() for name in structs),
        *(pl.col(name).cast(pl.String) for name in closed),
        cs.binary().bin.encode("hex"),
    )
    text = pl.col(flat.select(cs.string()).columns)
    defused = flat.with_columns(_defused(text).name.keep())
    return defused.rename(_defused_names(defused.columns)).write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%.fZ")


def _joined(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Array):
        column = column.cast(pl.List(kind.inner))
    return column.list.eval(pl.element().cast(pl.String)).list.join("|")


def _defused_names(names: list[str]) -> dict[str, str]:
    found = pl.Series(names, dtype=pl.String)
    return dict(zip(names, found.to_frame("name").select(_defused(pl.col("name"))).to_series(), strict=True))


def _defused(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(_FORMULA)).then("'" + text).otherwise(text)
