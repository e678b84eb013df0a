"""One study, the content of its report and its page, which all tests of reports share."""

import pytest

from tests.helpers.problems import make_problem
from tests.helpers.reports import NAUGHTY, fill_study, make_content
from tests.helpers.studies import create_study
from tuner.problem import Problem
from tuner.report import Page, ReportContent, make_study_page
from tuner.study import Study


@pytest.fixture(scope="session")
def problem() -> Problem:
    return make_problem()


@pytest.fixture(scope="session")
def study(problem: Problem, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study of six trials; a test that writes to it uses a study of its own."""
    root = tmp_path_factory.mktemp("report") / "runs"
    return fill_study(create_study(root, problem, data={"classes": ["a", NAUGHTY, "c"]}), problem)


@pytest.fixture(scope="session")
def content(study: Study, problem: Problem) -> ReportContent:
    return make_content(study, problem)


@pytest.fixture(scope="session")
def page(content: ReportContent) -> Page:
    return make_study_page(content)
