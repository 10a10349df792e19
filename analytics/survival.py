"""How long things last: curves of survival, each cause of an end apart, groups compared, from days that are known as intervals.

lifelines and surpyval do the work; they come with `kooch[statistics]` and are imported where they are used. Times are numbers
in one unit (the pages use days). Nobody is followed before `entered`, and nothing is known of anybody after `left`.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, NamedTuple

import polars as pl

HISTORIES = pl.Schema(
    {
        "entered": pl.Float64(),  # under watch from here: people who were there before enter late
        "left": pl.Float64(),  # until here
        "end": pl.String(),  # what happened then; NULL: nothing, the watch ended (censored)
        "group": pl.String(),  # to compare; one value for all if there are none
    }
)
CURVE = pl.Schema(
    {
        "time": pl.Float64(),
        "at_risk": pl.Int64(),  # under watch just before
        "ends": pl.Int64(),  # at this time
        "share": pl.Float64(),  # still without the end after it
        "low": pl.Float64(),  # a band that holds the whole curve with 95 %
        "high": pl.Float64(),
    }
)
# Nair's band of equal precision, for the part of the curve whose variance is between 5 % and 95 % of its range, by the approximation of Miller and Siegmund. Limits for one day alone would be 1.96 wide, and miss somewhere in one
# curve of three.
_BAND_ALPHA = 0.00163  # two-sided, of 3.15 standard errors
INCIDENCE = pl.Schema(
    {
        "time": pl.Float64(),
        "end": pl.String(),
        "share": pl.Float64(),  # the share that had ended this way by then, with other causes as competing events
        "at_risk": pl.Int64(),
    }
)


class Comparison(NamedTuple):
    """Whether groups differ: the log-rank statistic with its degrees of freedom, and `p`."""

    statistic: float
    freedom: int
    p: float


class ScoreTest(NamedTuple):
    """Sun's test for intervals: `z` by the variance of permutations, and its two-sided `p`."""

    z: float
    p: float


def is_installed() -> bool:
    """Whether `kooch[statistics]` is there."""
    return all(find_spec(name) for name in ("lifelines", "surpyval", "scipy"))


@contextmanager
def _quiet() -> Iterator[None]:
    """lifelines calls pandas in ways that pandas 4 will refuse: the warnings are for its authors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def survival(histories: pl.DataFrame, end: str | None = None) -> pl.DataFrame:
    """The Kaplan–Meier estimate (CURVE) of being without `end`, or without any; other ends censor.

    `histories` are HISTORIES. Late entry counts: at each time, only those under watch are at risk. The curve stops
    where nobody is under watch. The band is of equal precision, by exponential Greenwood errors.
    """
    from lifelines import KaplanMeierFitter  # noqa: PLC0415 -- seconds to import, and an extra

    known = histories.filter(pl.col("left") > pl.col("entered"))
    if known.is_empty():
        return pl.DataFrame(schema=CURVE)
    is_end = known["end"].is_not_null() if end is None else (known["end"] == end).fill_null(value=False)
    with _quiet():
        fitted = KaplanMeierFitter(alpha=_BAND_ALPHA).fit(
            known["left"].to_numpy(), is_end.to_numpy(), entry=known["entered"].to_numpy()
        )
        table, curve, limits = fitted.event_table, fitted.survival_function_, fitted.confidence_interval_
    frame = pl.DataFrame(
        {
            "time": [float(time) for time in table.index],
            # People who enter at a time are at risk after it.
            "at_risk": [int(n) for n in table["at_risk"] - table["entrance"]],
            "ends": [int(n) for n in table["observed"]],
            "share": [float(share) for share in curve.iloc[:, 0]],
            "low": [float(share) for share in limits.iloc[:, 0]],
            "high": [float(share) for share in limits.iloc[:, 1]],
        },
        schema=CURVE,
    )
    return frame.with_columns(pl.col("low", "high").fill_nan(None))


def incidence(histories: pl.DataFrame, ends: Sequence[str]) -> pl.DataFrame:
    """The cumulative incidence of each of `ends` (INCIDENCE), by Aalen and Johansen: at most the sum of all comes to one.

    Ends at one time share it: no order is made up.
    """
    whole = survival(histories)
    if whole.is_empty():
        return pl.DataFrame(schema=INCIDENCE)
    before = whole["share"].shift(1, fill_value=1.0)
    counts = histories.filter(pl.col("left") > pl.col("entered")).group_by("left", "end").len()
    parts = []
    for end in ends:
        here = whole.join(
            counts.filter(pl.col("end") == end).select(time="left", n="len"),
            on="time",
            how="left",
            maintain_order="left",
        )["n"].fill_null(0)
        step = (before * here / whole["at_risk"].clip(1)).fill_nan(0.0)
        parts.append(
            whole.select("time", "at_risk")
            .with_columns(end=pl.lit(end), share=step.cum_sum())
            .select(INCIDENCE.names())
        )
    return pl.concat(parts).cast(INCIDENCE)


def compare(histories: pl.DataFrame, end: str) -> Comparison | None:
    """The log-rank test of whether the time to `end` differs between groups; None: fewer than two groups can be
    compared.

    Late entry counts, which lifelines' own test leaves out: at each time the groups are compared among those under watch.
    """
    import numpy as np  # noqa: PLC0415 -- with scipy an extra
    from scipy.stats import chi2  # noqa: PLC0415 -- a second to import, and an extra

    known = histories.filter((pl.col("left") > pl.col("entered")) & pl.col("group").is_not_null())
    groups = known["group"].unique().sort().to_list()
    is_end = (known["end"] == end).fill_null(value=False).to_numpy()
    entered, left = known["entered"].to_numpy(), known["left"].to_numpy()
    member = np.stack([(known["group"] == group).to_numpy() for group in groups]) if groups else np.zeros((0, 0))
    surplus, variance = np.zeros(len(groups)), np.zeros((len(groups), len(groups)))
    for time in np.unique(left[is_end]):
        at_risk = (entered < time) & (time <= left)
        ends = is_end & (left == time)
        n, d, share = at_risk.sum(), ends.sum(), (member & at_risk).sum(axis=1) / at_risk.sum()
        surplus += (member & ends).sum(axis=1) - d * share
        if n > 1:
            variance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    freedom = int(np.linalg.matrix_rank(variance)) if len(groups) > 1 else 0
    if freedom == 0:
        return None
    statistic = float(surplus @ np.linalg.pinv(variance) @ surplus)
    return Comparison(statistic=statistic, freedom=freedom, p=float(chi2.sf(statistic, freedom)))


def cox(rows: pl.DataFrame, covariates: Sequence[str]) -> pl.DataFrame:
    """Cox's model by Efron: `covariate`, `coef` (the logarithm of the ratio of hazards) and `se`.

    `rows` has entered, left, is_end and the covariates as numbers. A person whose covariate changes has one row per
    stretch. Stretches of one person must not overlap; the model does not notice if they do.
    """
    from lifelines import CoxPHFitter  # noqa: PLC0415 -- seconds to import, and an extra

    asked = rows.select("entered", "left", pl.col("is_end").cast(pl.Boolean), *covariates)
    with _quiet():
        fitted = CoxPHFitter().fit(asked.to_pandas(), duration_col="left", event_col="is_end", entry_col="entered")
    return pl.DataFrame(
        {
            "covariate": list(covariates),
            "coef": [float(fitted.params_[name]) for name in covariates],
            "se": [float(fitted.standard_errors_[name]) for name in covariates],
        }
    )


def turnbull(lows: Sequence[float], highs: Sequence[float]) -> pl.DataFrame:
    """Turnbull's estimate from intervals (low, high]: `time` and `share`, the share still without the end after it.

    An open end is infinite. Do not use it with late entry: the estimate would be off by some hundredths.
    """
    import surpyval  # noqa: PLC0415 -- a second to import, and an extra

    with _quiet():
        # Its default, of Fleming and Harrington, is another curve.
        fitted = surpyval.Turnbull.fit(  # type: ignore[attr-defined]  # exported without saying so
            xl=list(lows), xr=list(highs), turnbull_estimator="Kaplan-Meier"
        )
    return pl.DataFrame({"time": [float(x) for x in fitted.x], "share": [float(share) for share in fitted.R]})


def sun_score_test(lows: Sequence[float], highs: Sequence[float], is_first: Sequence[bool]) -> ScoreTest:
    """Whether two groups of intervals (low, high] differ (Sun 1996), with the variance of permutations."""
    import numpy as np  # noqa: PLC0415 -- with scipy an extra
    from scipy.stats import norm  # noqa: PLC0415 -- a second to import, and an extra

    curve = turnbull(lows, highs)
    mass = -curve["share"].diff().fill_null(0.0).to_numpy()
    times = curve["time"].to_numpy()
    can = (np.asarray(lows)[:, None] < times) & (times <= np.asarray(highs)[:, None]) & (mass > 1e-9)
    weights: Any = can * mass
    deaths = weights / weights.sum(axis=1, keepdims=True)
    at_risk = np.flip(np.flip(deaths, 1).cumsum(axis=1), 1)
    expected = np.divide(deaths.sum(0), at_risk.sum(0), out=np.zeros_like(mass), where=at_risk.sum(0) > 1e-9)
    scores = (deaths - at_risk * expected).sum(axis=1)
    first = np.asarray(is_first)
    n, k = len(scores), int(first.sum())
    variance = k * (n - k) / (n * (n - 1)) * ((scores - scores.mean()) ** 2).sum()
    z = float((scores[first].sum() - k * scores.mean()) / np.sqrt(variance))
    return ScoreTest(z=z, p=float(2 * norm.sf(abs(z))))
