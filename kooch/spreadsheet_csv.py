"""A frame as CSV that a spreadsheet can open without running anything in it."""

import polars as pl
import polars.selectors as cs

_FORMULA = r"^[=+\-@\t\r\n]"


def csv_text(frame: pl.DataFrame) -> str:
    """`frame` as CSV: instants as ISO 8601 in UTC, lists joined by `|`, nothing for NULL.

    Text that a spreadsheet would take for a formula gets a leading apostrophe, as OWASP advises.
    """
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    structs = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Struct)]
    flat = frame.with_columns(
        *(pl.col(name).list.eval(pl.element().cast(pl.String)).list.join("|") for name in lists),
        *(pl.col(name).struct.json_encode() for name in structs),
        cs.binary().bin.encode("hex"),
    )
    text = pl.col(flat.select(cs.string()).columns)
    return flat.with_columns(
        pl.when(text.str.contains(_FORMULA)).then("'" + text).otherwise(text).name.keep()
    ).write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%.fZ")
