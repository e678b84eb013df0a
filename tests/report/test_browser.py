"""The pages in a real browser: everything is drawn, nothing overflows, nothing is fetched."""

import pytest

from tests.helpers.chromium import NAMES, Browser, find_browser
from tests.helpers.reports import NAUGHTY, fill_study, make_compared
from tests.helpers.studies import create_study
from tuner.report import make_comparison_page

EXECUTABLE = find_browser()
pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason=f"none of {', '.join(NAMES)} is here")


@pytest.fixture(scope="module")
def browser():
    with Browser(EXECUTABLE) as browser:
        yield browser


@pytest.fixture(scope="module")
def path(page, tmp_path_factory):
    """The page of the study that all tests share."""
    path = tmp_path_factory.mktemp("browser") / "report.html"
    path.write_text(page.to_html(), encoding="utf-8")
    return path


def open_page(browser, path, width):
    """Open a page, and unfold all that is folded."""
    browser.requests.clear()
    browser.messages.clear()
    browser.open(path, width=width, height=844)
    browser.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true })")


def show_page(browser, path, width):
    """Open a page, unless it is still open at this width: to draw its charts takes seconds."""
    if browser.evaluate("[location.href, innerWidth]") != [path.as_uri(), width]:
        open_page(browser, path, width)


def count_drawn(browser):
    return browser.evaluate("document.querySelectorAll('.chart > svg').length")


def fits_the_window(browser):
    return browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_report_is_drawn_whole_and_fetches_nothing(browser, page, path, width):
    open_page(browser, path, width)
    assert count_drawn(browser) == len(page.collect_charts())
    assert fits_the_window(browser)
    assert browser.messages == []
    assert set(browser.requests) <= {path.as_uri(), "data:,"}  # itself, and no icon
    assert NAUGHTY in browser.evaluate("document.querySelector('main').textContent")


def test_a_chart_is_as_wide_as_its_place_and_no_wider(browser, path):
    show_page(browser, path, 390)
    widths = browser.evaluate(
        "[...document.querySelectorAll('.chart')].map((place) => "
        "[place.clientWidth, place.querySelector('svg').getBoundingClientRect().width])"
    )
    for place, chart in widths:
        assert 0.8 * place <= chart <= place + 1


def test_hovering_over_a_mark_shows_its_trial(browser, path, content):
    show_page(browser, path, 1280)
    x, y = browser.evaluate(
        '(() => { const mark = document.querySelector(\'[data-specification="figure-trials"] svg '
        ".mark-symbol.role-mark path'); mark.scrollIntoView({ block: 'center' });"
        "const box = mark.getBoundingClientRect();"
        "return [box.x + box.width / 2, box.y + box.height / 2] })()"
    )
    for step in (2, 0):
        browser.run("Input.dispatchMouseEvent", type="mouseMoved", x=x + step, y=y + step)
    tooltip = browser.evaluate("document.getElementById('vg-tooltip-element').innerText")
    best = content.records[0].result
    for text in ("trial", "completed", "depth", "learning_rate", f"{best.score:.4f}"):
        assert text in tooltip


def test_a_report_prints_to_pdf(browser, path, tmp_path):
    show_page(browser, path, 1280)
    browser.save_pdf(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_comparison_is_drawn_whole(browser, problem, tmp_path):
    studies = [fill_study(create_study(tmp_path, problem, name), problem) for name in "ab"]
    page = make_comparison_page([make_compared(study, problem) for study in studies])
    path = tmp_path / "compare.html"
    path.write_text(page.to_html(), encoding="utf-8")
    open_page(browser, path, 390)
    assert count_drawn(browser) == len(page.collect_charts())
    assert fits_the_window(browser)
    assert browser.messages == []
