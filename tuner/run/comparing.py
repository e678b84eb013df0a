"""Compare studies of the same rows and folds on one page."""

from collections.abc import Sequence
from pathlib import Path

from tuner.analysis import pick_networks, read_test_scores
from tuner.report import ComparedStudy, check_same_rows, make_comparison_page
from tuner.run.reporting import write_page
from tuner.run.setup import Setup
from tuner.study import Study

__all__ = ["write_comparison_page"]


def write_comparison_page(studies: Sequence[tuple[Setup, Study]], path: Path) -> Path:
    """Write a page that compares studies.

    Args:
        studies: Each study with its setup.
        path: The page to write.

    Returns:
        The path of the page.

    Raises:
        SearchFailed: No trial of a study was completed.
        UserError: The studies differ in rows or folds, or the file cannot be written.
    """
    check_same_rows([study for _, study in studies])
    compared = [_read_compared(setup, study) for setup, study in studies]
    write_page(make_comparison_page(compared), path)
    return path


def _read_compared(setup: Setup, study: Study) -> ComparedStudy:
    picks = pick_networks(study, setup.truth)  # out of fold alone, which all studies have
    records = tuple(study.list_trials())
    test = read_test_scores(study, picks.list_members(picks.exported), None)
    return ComparedStudy(study, setup.truth, records, picks, test)
