"""Survival curves: five published examples to four digits, late entry, and causes that are kept apart."""

import json
import math
import random
import time
from collections.abc import Sequence
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from lifelines.datasets import load_rossi, load_stanford_heart_transplants

from analytics.measures.stayed import staying_bands
from analytics.survival import HISTORIES, compare, cox, incidence, sun_score_test, survival, turnbull

EXAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "survival-examples.json"
published = pytest.mark.skipif(not EXAMPLES.exists(), reason="the published examples are not here")


def examples() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return told


Row = tuple[float, float, str | None, str]


def histories(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=HISTORIES, orient="row")


def at(curve: pl.DataFrame, time: float) -> float:
    return float(curve.filter(pl.col("time") <= time)["share"][-1])


@published
def test_freireich_is_as_published() -> None:
    told = examples()["freireich_6mp"]
    mp: list[Row] = [(0.0, float(t), "relapse" if e else None, "mp") for t, e in told["mp"]]
    placebo: list[Row] = [(0.0, float(t), "relapse", "placebo") for t in told["placebo"]]
    curve = survival(histories(mp))

    assert {time: round(at(curve, float(time)), 4) for time in told["expect"]["km_mp"]} == told["expect"]["km_mp"]
    assert curve.filter(pl.col("share") <= 0.5)["time"][0] == told["expect"]["median_mp"]

    # Cutting rows in two, with late entry, changes nothing.
    cut = [
        row
        for entered, left, end, group in mp
        for row in ([(entered, left, end, group)] if left <= 8 else [(0.0, 8.0, None, group), (8.0, left, end, group)])
    ]

    assert at(survival(histories(cut)), 23) == pytest.approx(at(curve, 23), abs=1e-9)

    both = histories(mp + placebo)
    found = compare(both, "relapse")

    assert found is not None
    assert (round(found.statistic, 4), found.freedom) == (told["expect"]["logrank"], 1)

    rows = both.with_columns(is_end=pl.col("end").is_not_null(), placebo=(pl.col("group") == "placebo").cast(pl.Int64))

    assert rounded(cox(rows, ["placebo"])) == {"placebo": list(told["expect"]["cox_efron"].values())}


def rounded(model: pl.DataFrame) -> dict[str, list[float]]:
    return {name: [round(coef, 4), round(se, 4)] for name, coef, se in model.rows()}


@published
def test_rossi_is_as_published() -> None:
    told = examples()["rossi"]["expect"]
    rows = pl.DataFrame(load_rossi().to_dict("list")).with_columns(
        entered=pl.lit(0.0), left=pl.col("week").cast(pl.Float64), is_end=pl.col("arrest") == 1
    )
    people = rows.select("entered", "left", end=pl.when("is_end").then(pl.lit("arrest")), group=pl.lit("all")).cast(
        HISTORIES
    )

    assert (len(rows), int(rows["is_end"].sum())) == (told["n"], told["events"])
    assert round(at(survival(people), 52), 4) == told["s52"]
    assert rounded(cox(rows, list(told["coef"]))) == told["coef"]

    # The same people, cut at week 20 into two rows with late entry.
    early = rows.with_columns(
        left=pl.min_horizontal("left", pl.lit(20.0)), is_end=pl.col("is_end") & (pl.col("left") <= 20)
    )
    late = rows.filter(pl.col("left") > 20).with_columns(entered=pl.lit(20.0))

    assert rounded(cox(pl.concat([early, late]), list(told["coef"]))) == told["coef"]


@published
def test_stanford_heart_is_as_published() -> None:
    told = examples()["stanford_heart"]["expect"]
    rows = pl.DataFrame(load_stanford_heart_transplants().to_dict("list")).rename({"start": "entered", "stop": "left"})
    rows = rows.with_columns(is_end=pl.col("event") == 1)

    assert rounded(cox(rows, list(told["coef"]))) == told["coef"]


@published
def test_intervals_of_breast_cosmesis_are_as_published() -> None:
    told = examples()["breast_cosmesis"]
    both = {
        group: [(-inf if a is None else a, inf if b is None else b) for a, b in told[group]] for group in ("RT", "RCT")
    }
    for group, rows in both.items():
        curve = turnbull(*map(list, zip(*rows, strict=True)))
        masses = {(a["time"], b["time"]): a["share"] - b["share"] for a, b in pairwise(curve.to_dicts())}
        found = sorted(round(mass, 4) for mass in masses.values() if mass > 1e-4)

        assert found == pytest.approx(sorted(told["expect"][f"{group}_mass"].values()), abs=1.01e-4)

    rows = both["RT"] + both["RCT"]
    lows, highs = map(list, zip(*rows, strict=True))
    test = sun_score_test(lows, highs, [True] * len(both["RT"]) + [False] * len(both["RCT"]))

    assert abs(test.z) == pytest.approx(told["expect"]["sun_score_test"]["z"], abs=1e-4)
    assert test.p == pytest.approx(told["expect"]["sun_score_test"]["p"], abs=1e-6)


@published
def test_turnbull_1974_is_as_published() -> None:
    told = examples()["turnbull_1974"]
    rows: list[tuple[float, float]] = []
    for age, exact, not_yet, before in zip(told["age"], told["exact"], told["not_yet"], told["before"], strict=True):
        rows += [(age - 1, age)] * exact + [(age, inf)] * not_yet + [(-inf, age)] * before
    rows += [(18, inf)] * told["older_than_18"]
    curve = turnbull(*map(list, zip(*rows, strict=True)))

    assert {age: round(at(curve, float(age)), 3) for age in told["expect"]["s"]} == pytest.approx(
        told["expect"]["s"], abs=1.01e-3
    )


def test_each_cause_stands_apart_and_all_sum_to_what_survival_lacks() -> None:
    rows: list[Row] = [(0.0, float(n % 17 + 1), (None, "quiet", "deleted")[n % 3], "a") for n in range(60)]
    rows += [(5.0, 30.0, "quiet", "b"), (12.0, 30.0, None, "b")]
    whole = histories(rows)
    told = incidence(whole, ["quiet", "deleted"])
    last = dict(told.group_by("end").agg(pl.col("share").last()).rows())

    assert sum(last.values()) == pytest.approx(1 - survival(whole)["share"][-1])
    # Taking deletion for censoring would make more of them quiet than all that ended.
    assert last["quiet"] < 1 - survival(whole, "quiet")["share"][-1]


def test_late_entry_is_not_survival_before_it() -> None:
    """Half of all end at 5. Who entered at 10 was never at risk of that."""
    seen: list[Row] = [*[(0.0, 5.0, "end", "a")] * 10, *[(0.0, 20.0, None, "a")] * 10]
    late: list[Row] = [(10.0, 20.0, None, "a")] * 80

    assert at(survival(histories(seen + late)), 12) == pytest.approx(0.5)


def test_what_nobody_watched_has_no_curve() -> None:
    assert survival(histories([(3.0, 3.0, None, "a")])).is_empty()
    assert incidence(histories([]), ["quiet"]).is_empty()
    assert compare(histories([(0.0, 3.0, "end", "a")]), "end") is None


_MEAN = 300.0
_PEOPLE = 200
_WATCH = (150.0, 801.0)  # a look every seven days


def simulated(seed: int) -> tuple[pl.DataFrame, pl.DataFrame, list[float]]:
    """People who join within a year and stay for exponential times, watched in weekly looks from day 150 to day 801.

    Their joins are known to three days. Returned are the histories with the shortest and the longest times, and how long each
    of them was there in truth, as far as the watch goes.
    """
    chance = random.Random(seed)
    short: list[Row] = []
    long: list[Row] = []
    truths = []
    while len(short) < _PEOPLE:
        joined, life = chance.uniform(0, 365), chance.expovariate(1 / _MEAN)
        ended = joined + life
        if ended <= _WATCH[0]:
            continue  # gone before anybody looked: nobody knows of them
        early, late = joined - chance.uniform(0, 3), joined + chance.uniform(0, 3)
        entered = max(_WATCH[0], late)
        if ended <= entered:
            continue
        look = _WATCH[0] + 7 * math.floor((ended - _WATCH[0]) / 7)
        is_seen = look + 7 <= _WATCH[1]
        first, last = (max(look, entered), look + 7) if is_seen else (_WATCH[1], _WATCH[1])
        end = "quiet" if is_seen else None
        short.append((entered - late, first - late, end, "all"))
        long.append((max(entered - early, 0.0), last - early, end, "all"))
        truths.append(min(ended, _WATCH[1]) - joined)
    return histories(short), histories(long), truths


@pytest.mark.proof
def test_intervals_hold_the_truth_in_every_history_and_the_band_in_95_of_100() -> None:
    contained = covered = 0
    for seed in range(100):
        short, long, truths = simulated(seed)
        contained += all(
            least <= truth <= most for least, truth, most in zip(short["left"], truths, long["left"], strict=True)
        )
        bands, _ = staying_bands((short, long), "quiet")
        covered += all(
            row["least"] <= math.exp(-day / _MEAN) <= row["most"]
            for day in range(30, 451, 30)
            for row in [bands.filter(pl.col("day") <= day).row(-1, named=True)]
        )
    print(f"intervals: {contained} of 100; bands, on every thirtieth day to 450: {covered} of 100")

    assert contained == 100
    assert covered >= 95


@pytest.mark.proof
def test_who_enters_late_is_not_taken_for_a_survivor() -> None:
    """Left out of account, late entry makes the curve too high, on average of twenty."""
    truth = math.exp(-180 / _MEAN)
    with_it, without = 0.0, 0.0
    for seed in range(20):
        short, _, _ = simulated(seed)
        with_it += at(survival(short, "quiet"), 180) / 20
        without += at(survival(short.with_columns(entered=pl.lit(0.0)), "quiet"), 180) / 20
    print(f"S(180) is {truth:.3f}; with late entry {with_it:.3f}, without {without:.3f}")

    assert abs(with_it - truth) < 0.02
    assert without - truth > 0.03


@pytest.mark.proof
def test_twenty_thousand_intervals_take_less_than_a_second() -> None:
    chance = random.Random(1)
    lows = [float(chance.randrange(0, 250)) for _ in range(20_000)]
    turnbull(lows[:10], [low + 1 for low in lows[:10]])
    started = time.process_time()
    turnbull(lows, [low + chance.randrange(1, 9) for low in lows])

    assert time.process_time() - started < 1
