"""Back undoes a control of Home, Adoption and What changed?: the page shows what it showed before, its picture included."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers.app import serving
from tests.servers.browser import pick

Act = Callable[[Page], None]

# What a reader sees: words, what is chosen, and the shapes of each picture.
SEEN = """() => {
    const of = (selector, read) => [...document.querySelectorAll('[data-testid=stMain] ' + selector)].map(read).join('|');
    return [
        of('p, h1, h2, td, th, li, label, [data-testid=stSelectbox]', each => each.innerText),
        of('input', each => each.type === 'checkbox' ? each.checked : each.value),
        of('[role=radio]', each => each.innerText + each.ariaChecked),
        of('.vega-embed svg', each => each.textContent + [...each.querySelectorAll('path')].map(path => path.getAttribute('d'))),
    ].join('\\n');
}"""


def chosen(label: str, title: str | None = None) -> Act:
    """Choose in a select box: the option `title`, or the first."""
    return lambda page: pick(page.get_by_role("combobox", name=label, exact=True), title)


def clicked(text: str) -> Act:
    return lambda page: page.get_by_text(text, exact=True).first.click()


CONTROLS: dict[str, dict[str, Act]] = {
    "/": {
        "roster": chosen("List", "German politics on the Fediverse"),
        "platform": chosen("Platform", "X"),
        "who": clicked("People"),
        "unfolded": clicked("One row for each organisation"),
    },
    "/adoption?roster=us-congress&platform=x": {
        "roster": chosen("List", "Riksdag and government of Sweden"),
        "platform": chosen("Platform", "Facebook"),
        "show": clicked("percentage"),
        "scale": clicked("log"),
    },
    "/moves?roster=in-koo-2021": {
        "roster": chosen("List", "Congress of the United States"),
        "move": chosen("What", "joined"),
        "platform": chosen("Platform", "Koo"),
    },
}


@pytest.fixture(scope="module")
def app_url(bundled_home: Path) -> Iterator[str]:
    with serving(bundled_home) as url:
        yield url


def settled(page: Page) -> str:
    """What is seen once nothing runs and nothing changes any more."""
    seen, before = "", None
    while seen != before:
        before = seen
        expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached(timeout=60_000)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
        page.wait_for_timeout(500)
        # A page that is drawn anew has its choices folded.
        for folded in page.locator("details:not([open]) > summary", has_text="More choices").all():
            folded.click()
            page.wait_for_timeout(500)
        seen = page.evaluate(SEEN)
    return seen


@pytest.mark.proof
@pytest.mark.parametrize("address", CONTROLS)
def test_back_restores_the_page_after_each_control(app_url: str, browser: Browser, address: str) -> None:
    for control, act in CONTROLS[address].items():
        page = browser.new_page(viewport={"width": 1280, "height": 1150})
        page.goto(f"{app_url}{address}")
        expect(page.locator("h1")).to_be_visible(timeout=60_000)
        before, here = settled(page), page.url
        act(page)
        page.wait_for_url(lambda url, here=here: url != here)  # type: ignore[misc]  # the address of this round
        after = settled(page)
        page.go_back()
        page.wait_for_url(here)

        assert after != before, control
        assert settled(page) == before, control
        page.close()
