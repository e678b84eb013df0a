"""MLflow's own pages in a real browser, opened at the address that a search prints."""

import shutil

import pytest

from tests.helpers.chromium import NAMES, Browser, find_browser
from tests.helpers.mlflow_runs import SUMMARY, append_trials, write_runs
from tests.helpers.mlflow_server import Server
from tests.helpers.problems import make_problem
from tests.helpers.results import make_probabilities, make_result
from tests.helpers.studies import create_study
from tuner.study import EventKind, TrialRecord
from tuner.tracking import locate_page

EXECUTABLE = find_browser()
pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason=f"none of {', '.join(NAMES)} is here")

VALUES = [0.9, 0.3, 0.2, 0.4]  # of every curve; the best epoch is the third

# the cells of a column from top to bottom; the grid draws the pinned columns apart
COLUMN = """[...document.querySelectorAll('.ag-row [col-id="%s"]')]
    .sort((a, b) => a.getBoundingClientRect().y - b.getBoundingClientRect().y)
    .map((cell) => cell.innerText.trim())"""
COLUMNS = """[...document.querySelectorAll('.ag-header-cell[col-id]')]
    .sort((a, b) => a.getBoundingClientRect().x - b.getBoundingClientRect().x)
    .map((cell) => cell.innerText.trim())"""
TITLES = """[...document.querySelectorAll('[data-testid="experiment-view-compare-runs-%s"]')]
    .map((part) => part.innerText.split('\\n')[0])"""
# the epochs that the lines of the first two charts draw
DRAWN = """JSON.stringify([...document.querySelectorAll('.js-plotly-plot')].slice(0, 2)
    .map((chart) => [...new Set(chart.calcdata.map((line) =>
        line.map((point) => point.x).filter(Number.isFinite).join()))].filter(Boolean)))"""


@pytest.fixture(scope="module")
def browser():
    with Browser(EXECUTABLE) as browser:
        yield browser


@pytest.fixture(scope="module")
def address(empty_database, tmp_path_factory):
    """The address of a study's page, on a server that has two studies."""
    root, problem = tmp_path_factory.mktemp("runs"), make_problem()
    shutil.copy(empty_database, root)
    curves = dict.fromkeys(("loss", "val_loss", "accuracy", "val_accuracy"), [VALUES] * 3)
    for name in ("other", "study"):
        study = create_study(root, problem, name)
        for trial, noise in enumerate((3.0, 1.0, 2.0)):
            probabilities = make_probabilities(problem, noise, seed=trial)
            result = make_result(trial, probabilities, problem, epoch=3, curves=curves)
            append_trials(study, TrialRecord(trial, {"depth": trial, "units": 8}, {}, result))
        study.journal.append(EventKind.ENDED, status="finished", summary=SUMMARY)
        runs = write_runs(study)
    server = Server(f"sqlite:///{root}/mlflow.db", root)
    server.start()
    yield server.uri + locate_page(runs.experiment_id, study.record)
    server.stop()


@pytest.fixture
def page(browser, address):
    """The page at the address, with its table."""
    browser.visit(address, width=1900, height=1000)
    browser.wait_for("document.querySelectorAll('.ag-row').length >= 4")
    return browser


def test_the_address_opens_the_studys_runs_the_best_first(page):
    assert page.evaluate(COLUMNS)[1:] == [
        "Run Name", "Created", "score", "standard_error", "val_accuracy", "depth", "parameters",
        "best_epoch", "tuner.status", "Duration",
    ]  # fmt: skip
    scores = [float(score) for score in page.evaluate(COLUMN % "metrics.`score`")]
    assert len(scores) == 4  # the other study is not shown
    assert scores == sorted(scores)
    assert page.evaluate(COLUMN % "params.`depth`") == [
        "1",
        "-",
        "2",
        "0",
    ]  # "-" is the study's own
    assert page.evaluate(COLUMN % "metrics.`val_accuracy`") == ["0.2", "0.9", "0.2", "0.2"]


def test_the_next_click_shows_loss_and_val_loss_and_then_the_folds_in_one_section(page):
    page.evaluate("document.querySelector('input[type=radio][value=CHART]').click()")
    drawn = '[["1,2,3,4"],["1,2,3,4"]]'  # each epoch once
    page.wait_for(f"{DRAWN} === '{drawn}'")
    assert page.evaluate(DRAWN) == drawn
    assert page.evaluate(TITLES % "card")[:4] == ["loss", "val_loss", "accuracy", "val_accuracy"]
    assert page.evaluate(TITLES % "section-header") == [
        "Curves, means over folds", "Scores", "Curves of each fold",
    ]  # fmt: skip
