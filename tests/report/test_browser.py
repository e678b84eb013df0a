"""The pages in a real browser: everything is drawn, nothing overflows, nothing is fetched."""

import pytest

from tests.report.chromium import NAMES, Browser, found
from tests.report.conftest import NAUGHTY, fill
from tests.report.test_comparing import compared
from tuner.report import make_comparison_page, make_study_page

EXECUTABLE = found()
pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason=f"there is none of {', '.join(NAMES)}")


@pytest.fixture(scope="module")
def browser():
    with Browser(EXECUTABLE) as browser:
        yield browser


def opened(browser, page, path, width):
    """Open a page anew, with all that is folded away unfolded."""
    path.write_text(page.to_html(), encoding="utf-8")
    browser.requests.clear()
    browser.messages.clear()
    browser.open(path, width=width, height=844)
    browser.value("document.querySelectorAll('details').forEach((part) => { part.open = true })")
    return browser


@pytest.mark.parametrize("width", [390, 1280])
def test_a_report_is_drawn_whole_and_fetches_nothing(browser, material, tmp_path, width):
    page, path = make_study_page(material), tmp_path / "report.html"
    opened(browser, page, path, width)
    assert browser.value("document.querySelectorAll('.chart > svg').length") == len(
        page.collect_charts()
    )
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    assert browser.messages == []
    assert set(browser.requests) <= {path.as_uri(), "data:,"}  # itself, and no icon
    assert NAUGHTY in browser.value("document.querySelector('main').textContent")


def test_a_chart_is_as_wide_as_its_place_and_no_wider(browser, material, tmp_path):
    opened(browser, make_study_page(material), tmp_path / "report.html", 390)
    widths = browser.value(
        "[...document.querySelectorAll('.chart')].map((place) => "
        "[place.clientWidth, place.querySelector('svg').getBoundingClientRect().width])"
    )
    for place, chart in widths:
        assert 0.8 * place <= chart <= place + 1


def test_hovering_over_a_mark_shows_its_trial(browser, material, tmp_path):
    opened(browser, make_study_page(material), tmp_path / "report.html", 1280)
    place = browser.value(
        '(() => { const mark = document.querySelector(\'[data-specification="figure-trials"] svg '
        ".mark-symbol.role-mark path'); mark.scrollIntoView({ block: 'center' });"
        "const box = mark.getBoundingClientRect();"
        "return [box.x + box.width / 2, box.y + box.height / 2] })()"
    )
    for step in (2, 0):
        browser.tell(
            "Input.dispatchMouseEvent", type="mouseMoved", x=place[0] + step, y=place[1] + step
        )
    shown = browser.value("document.getElementById('vg-tooltip-element').innerText")
    best = material.records[0].result
    for words in ("trial", "completed", "depth", "learning_rate", f"{best.score:.4f}"):
        assert words in shown


def test_a_report_prints_on_paper_with_the_table_of_trials(browser, material, tmp_path):
    opened(browser, make_study_page(material), tmp_path / "report.html", 1280)
    browser.paper(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_comparison_is_drawn_whole(browser, make_study, problem, tmp_path):
    studies = [compared(fill(make_study(name), problem), problem) for name in ("one", "two")]
    page = make_comparison_page(studies)
    opened(browser, page, tmp_path / "compare.html", 390)
    assert browser.value("document.querySelectorAll('.chart > svg').length") == len(
        page.collect_charts()
    )
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    assert browser.messages == []
