"""Krippendorff's alpha of looks by several people equals that of a library, for any division of looks among them."""

import math
import random
from pathlib import Path

import krippendorff
import pytest

from tests.stores import query
from tests.test_looks import house, load, take

RESULTS = ("present", "absent", "unclear")


@pytest.mark.proof
def test_alpha_of_three_lookers_with_gaps_is_that_of_a_library(tmp_path: Path) -> None:
    waves: dict[str, list[list[float]]] = {}
    rows: list[dict[str, object]] = []
    for seed in range(12):
        chance = random.Random(seed)
        wave, people = f"wave {seed:02}", 40 + 5 * seed
        told = [[math.nan] * people for _ in range(3)]
        for number in range(people):
            seen = chance.choices(range(3), (5, 4, 1))[0]
            for looker in range(3):
                if chance.random() < 0.8:
                    told[looker][number] = seen if chance.random() < 0.85 else chance.randrange(3)
        waves[wave] = told
        rows += [
            {"figure": f"m{number}", "looker": looker, "result": RESULTS[int(word)], "wave": wave}
            for looker, words in zip("abc", told, strict=True)
            for number, word in enumerate(words)
            if not math.isnan(word)
        ]
    take(tmp_path, rows, house(100))
    load(tmp_path)
    found = query(tmp_path, "SELECT wave, lookers, alpha FROM look_alphas ORDER BY wave")

    assert [(wave, lookers) for wave, lookers, _ in found] == [(wave, 3) for wave in waves]
    for wave, _, alpha in found:
        assert abs(alpha - krippendorff.alpha(waves[wave], level_of_measurement="nominal")) < 1e-9


def test_alpha_is_not_told_of_few_or_of_one_word(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"figure": f"m{number}", "wave": wave, "looker": looker, "result": word}
        for wave, people, words in (("few", 29, ("present", "absent")), ("one word", 60, ("absent",)))
        for number in range(people)
        for looker in "abc"
        for word in (words[number % len(words)],)
    ]
    take(tmp_path, rows, house(60))
    load(tmp_path)

    assert query(tmp_path, "SELECT wave, figures, alpha FROM look_alphas ORDER BY 1") == [
        ("few", 29, None),
        ("one word", 60, None),
    ]
