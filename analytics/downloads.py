"""A chart to take away: its table or its picture, with the caption inside."""

import io
import json
from dataclasses import asdict

import altair as alt
import polars as pl
import vl_convert

from analytics.captions import Caption
from analytics.theme import kooch, on_paper
from kooch.spreadsheet_csv import csv_text

_WIDTH = 1100


def to_csv(frame: pl.DataFrame, caption: Caption | None = None) -> bytes:
    """`frame` as CSV in UTF-8, the caption in columns `about_…`; safe to open in a spreadsheet."""
    about = {} if caption is None else asdict(caption) | {"notes": " ".join(caption.notes)}
    return csv_text(frame.with_columns(pl.lit(text).alias(f"about_{name}") for name, text in about.items())).encode()


def to_parquet(frame: pl.DataFrame) -> bytes:
    """`frame` as Parquet."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def to_svg(chart: alt.LayerChart, caption: Caption) -> bytes:
    """The picture with its caption, to edit."""
    return vl_convert.vegalite_to_svg(_framed(chart, caption)).encode()


def to_png(chart: alt.LayerChart, caption: Caption) -> bytes:
    """The picture with its caption, to show."""
    return bytes(vl_convert.vegalite_to_png(_framed(chart, caption), scale=2))


def _framed(chart: alt.LayerChart, caption: Caption) -> dict[str, object]:
    title = alt.TitleParams(text=caption.question, subtitle=caption.wrapped(160))
    framed = chart.properties(width=_WIDTH, title=title, padding=20)
    spec: dict[str, object] = framed.to_dict() | {"config": kooch()["config"]}
    on_white: dict[str, object] = json.loads(on_paper(json.dumps(spec)))
    return on_white
