"""The walk of docs/first-story.md: its own blocks, from a CSV to a chart that fits a frame in another page."""

import re
import shlex
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from kooch.reference import DOCS
from tests.commands import kooch_without_lists

_BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```", (DOCS / "first-story.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
TABLES = [text for kind, text in _BLOCKS if kind == "csv"]


def of(kind: str) -> str:
    return "".join(text for language, text in _BLOCKS if language == kind)


@pytest.fixture
def walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[str]]:
    """The folder in which a reader has followed the page, and what each command printed."""
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "data"
    home.mkdir()
    for name, text in zip(("cabinet.csv", "reports.csv"), TABLES, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (home / "kooch.toml").write_text(of("toml"), encoding="utf-8")
    printed = []
    for line in of("sh").splitlines():
        done = kooch_without_lists(home, *shlex.split(line)[1:])
        assert done.returncode == 0, (line, done.stderr)
        printed.append(done.stdout)
    (tmp_path / "story.html").write_text(f"<!doctype html><title>Story</title>{of('html')}", encoding="utf-8")
    return tmp_path, printed


@pytest.mark.proof
def test_the_first_story_runs_as_it_is_written(walked: tuple[Path, list[str]]) -> None:
    folder, printed = walked
    frame = re.search(r'src="([^"]+)" title', of("html"))
    assert frame is not None
    chart = (folder / frame[1]).read_text(encoding="utf-8")

    assert "2 of 2 had joined" in chart
    assert "The Desk" in chart
    assert 'href="mailto:desk@example.org"' in chart
    assert "8 November 2024" in printed[-1]
    assert "Daily Example" in printed[-1]


@pytest.mark.proof
@pytest.mark.parametrize("width", [390, 1280])
def test_the_chart_of_the_first_story_fits_its_frame(
    walked: tuple[Path, list[str]], browser: Browser, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto((walked[0] / "story.html").as_uri())
    inside = page.frame_locator("iframe")
    expect(inside.locator(".chart[data-drawn] svg").first).to_be_visible()
    expect(inside.get_by_text("2 of 2 had joined")).to_be_visible()
    page.wait_for_timeout(300)  # the message that tells the height
    box = page.locator("iframe").bounding_box()
    tall = inside.locator("html").evaluate("html => html.scrollHeight")
    page.close()

    assert box is not None
    assert abs(box["height"] - tall) <= 2
