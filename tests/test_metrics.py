"""Metrics for Prometheus: the format, read back strictly, and the numbers."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kooch.cli.metrics import Metric, collect, written
from kooch.config import Schedule, Settings
from kooch.schedule.slots import beat
from kooch.store.state import count_traffic, open_state, runs
from tests.commands import kooch
from tests.stores import bundle, claim, crawl, failed, load, member, plan, roster, seen

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]

_COMMENT = re.compile(r"# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)")
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')


def parse(text: str) -> Samples:
    """The samples of a text in Prometheus's format 0.0.4: each metric is one block of HELP, TYPE and samples."""
    assert text.endswith("\n")
    found: Samples = {}
    kinds: dict[str, str] = {}
    helped = current = ""
    for line in text.splitlines():
        if comment := _COMMENT.fullmatch(line):
            word, name, rest = comment.groups()
            if word == "HELP":
                assert name not in kinds, f"{name} comes in two blocks"
                helped = name
            else:
                assert name == helped
                assert rest in {"counter", "gauge"}
                assert (rest == "counter") == name.endswith("_total")
                kinds[name], current = rest, name
            continue
        sample = _SAMPLE.fullmatch(line)
        assert sample, line
        name, labels, value = sample.groups()
        assert name == current
        pairs = _LABEL.findall(labels or "")
        assert "".join(f'{key}="{text}",' for key, text in pairs).rstrip(",") == (labels or "")
        key = (name, frozenset(pairs))
        assert len(dict(pairs)) == len(pairs)
        assert key not in found
        assert kinds[name] != "counter" or float(value) >= 0
        found[key] = float(value)
    return found


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def told(home: Path) -> Samples:
    return parse("".join(map(written, collect(Settings(home=home)))))


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    accounts = tuple(claim(name, native_id=f"did:web:{name}.test") for name in "abc")
    return bundle(tmp_path / "bundled", roster("people", map(member, "abc"), accounts=accounts))


def test_the_numbers_are_those_of_the_store(tmp_path: Path, bundled: Path) -> None:
    home = tmp_path / "home"
    crawl(home, seen("did:web:a.test", 0), seen("did:web:b.test", 0), failed("did:web:c.test", 0))
    crawl(home, seen("did:web:a.test", 60), failed("did:web:b.test", 60, "tls"), failed("did:web:c.test", 60, "tls"))
    load(home, bundled)
    beat_at = datetime(2026, 11, 1, tzinfo=UTC)
    plan(home, "did:web:a.test")  # under way
    with open_state(home) as state:
        first, second, _ = (run.run for run in runs(state))
        count_traffic(state, first, requests=3, received=1000)
        count_traffic(state, second, requests=4, received=500)
        beat(state, pid=1, started_at=beat_at, at=beat_at, has_ended=False)
    found = told(home)

    assert value(found, "kooch_version") == 1
    assert value(found, "kooch_runs", platform="bluesky", source="live", state="partial") == 2
    assert value(found, "kooch_requests_total", platform="bluesky") == 7
    assert value(found, "kooch_received_bytes_total", platform="bluesky") == 1500
    assert value(found, "kooch_cost_usd_total", platform="bluesky") == 0
    assert [
        value(found, "kooch_last_run_outcomes", platform="bluesky", outcome=outcome)
        for outcome in ("observed", "failed", "skipped")
    ] == [1, 2, 0]
    assert value(found, "kooch_last_run_failures", platform="bluesky", cause="tls") == 2
    seen_at = datetime(2025, 6, 1, 13, tzinfo=UTC).timestamp()
    assert value(found, "kooch_last_seen_timestamp_seconds", platform="bluesky") == seen_at
    assert value(found, "kooch_freshness_limit_seconds", platform="bluesky", state="late") == 36 * 3600
    assert value(found, "kooch_freshness_limit_seconds", platform="bluesky", state="stale") == 72 * 3600
    assert value(found, "kooch_schedule_beat_timestamp_seconds") == beat_at.timestamp()
    assert value(found, "kooch_spooled_batches") == 0


def test_without_a_crawl_there_are_no_numbers_of_crawls(tmp_path: Path, bundled: Path) -> None:
    home = tmp_path / "home"
    load(home, bundled)

    assert {name for name, _ in told(home)} == {
        "kooch_build_info",
        "kooch_version",
        "kooch_published_timestamp_seconds",
        "kooch_spooled_batches",
    }


def test_a_scheduled_platform_that_was_never_seen_is_late(tmp_path: Path, bundled: Path) -> None:
    load(tmp_path, bundled)
    never = Schedule.model_validate({"name": "daily", "cron": "0 4 * * *", "platforms": ["bluesky"]})
    found = parse("".join(map(written, collect(Settings(home=tmp_path, schedule=(never,))))))

    assert value(found, "kooch_last_seen_timestamp_seconds", platform="bluesky") == 0
    assert value(found, "kooch_freshness_limit_seconds", platform="bluesky", state="late") == 36 * 3600


def test_labels_are_escaped() -> None:
    hostile = 'a"b\\c\nd'
    text = written(Metric(name="kooch_test", help="Nothing", samples=(({"cause": hostile}, 1.5),)))

    assert parse(text) == {("kooch_test", frozenset({("cause", 'a\\"b\\\\c\\nd')})): 1.5}


@pytest.mark.proof
def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, bundled: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "textfiles"
    crawl(home, seen("did:web:a.test", 0))
    load(home, bundled)
    folder.mkdir()
    file = folder / "kooch.prom"
    file.write_text("old\n", encoding="utf-8")
    done = kooch(home, "metrics", "--textfile", str(file))
    shown = kooch(home, "metrics")
    nowhere = kooch(home, "metrics", "--textfile", str(tmp_path / "nowhere" / "kooch.prom"))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in folder.iterdir()] == ["kooch.prom"]
    assert parse(file.read_text(encoding="utf-8")) == parse(shown.stdout) == told(home)
    assert nowhere.returncode == 4
    assert len(nowhere.stderr.splitlines()) == 1


def test_without_data_it_says_what_to_do(tmp_path: Path) -> None:
    done = kooch(tmp_path, "metrics", "--textfile", str(tmp_path / "kooch.prom"))

    assert done.returncode == 4
    assert "kooch load" in done.stderr
    assert list(tmp_path.glob("*.prom")) == []
