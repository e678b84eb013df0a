"""What a search leaves for people to read: its report, its charts, and the table of its trials."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from tuner.analysis import (
    Evidence,
    Picks,
    judge_baselines,
    load_baselines,
    load_or_train_baselines,
    make_answers,
    make_results_table,
    pick_networks,
    read_test_scores,
    write_results,
)
from tuner.errors import UserError
from tuner.files import write_whole
from tuner.report import (
    ComparedStudy,
    Page,
    ReportContent,
    check_same_rows,
    make_comparison_page,
    make_study_page,
)
from tuner.run.preparation import Prepared
from tuner.study import Study

__all__ = [
    "baseline_seconds",
    "choice_seconds",
    "compare_studies",
    "report_seconds",
    "report_study",
    "study_material",
    "write_page",
]

# Measured on two cores (benchmarks/report.py); a time limit keeps so much for what follows it.
_PAGE_SECONDS = 3.0  # to import Altair, to draw up the charts, and to bundle Vega
_ROW_SECONDS = 5e-7  # a trial's row
# Of the picks, a row for the ensemble, a trial's row, and a class of a row under roc_auc.
_CHOICE_ROW_SECONDS = 5e-5
_CHOICE_SECONDS = 2e-7
_CURVE_SECONDS = 2.5e-7
_ENSEMBLES = 200  # that drawn rows choose at most
_BASELINE_SECONDS = 1.0
# A cell is a fold's feature of a row, times the classes: boosting grows a tree for each. Small
# tables take longer a cell, with more rounds.
_FIRST_CELL_SECONDS = 1e-6
_FIRST_CELLS = 4_000_000
_CELL_SECONDS = 1.6e-7


def report_seconds(prepared: Prepared) -> float:
    """Return about how long a report takes, without its baselines, where the picks are known.

    Args:
        prepared: Of it, the rows and the number of trials.
    """
    return _PAGE_SECONDS + _ROW_SECONDS * _predictions(prepared) * prepared.settings.max_trials


def choice_seconds(prepared: Prepared) -> float:
    """Return about how long it takes to pick the networks, and to correct their scores.

    Args:
        prepared: Of it, the rows, the classes, the objective and the number of trials.
    """
    rows, settings = _predictions(prepared), prepared.settings
    seconds = rows * (_CHOICE_ROW_SECONDS + _CHOICE_SECONDS * settings.max_trials)
    if settings.objective != "roc_auc":
        return seconds
    curves = len(prepared.dataset.schema.classes) * (settings.max_trials + _ENSEMBLES)
    return seconds + _CURVE_SECONDS * rows * curves


def _predictions(prepared: Prepared) -> int:
    """Return how many rows a trial predicts: the training rows, as often as they are repeated."""
    return sum(len(fold.validation) for fold in prepared.split.folds)


def baseline_seconds(prepared: Prepared) -> float:
    """Return about how long the baselines take.

    Args:
        prepared: Of it, the rows, features, classes and folds.
    """
    dataset, split = prepared.dataset, prepared.split
    cells = len(split.train) * dataset.x[0].size * len(dataset.schema.classes) * len(split.folds)
    first = min(cells, _FIRST_CELLS)
    return _BASELINE_SECONDS + _FIRST_CELL_SECONDS * first + _CELL_SECONDS * (cells - first)


def report_study(
    prepared: Prepared,
    study: Study,
    picks: Picks | None = None,
    *,
    output: Path | None = None,
    baselines: bool = True,
) -> Path:
    """Write a study's report, with its charts and the table of its trials; or a page alone.

    Args:
        prepared: The study's space, data and settings.
        study: The study.
        picks: The networks that it names, where they are known already.
        output: Where to write the page alone; None for the report in the study's folder.
        baselines: Whether baselines may be trained; else only those that were are shown.

    Returns:
        Where the page lies.

    Raises:
        SearchFailed: No trial was completed.
        UserError: A file cannot be written.
    """
    page = make_study_page(study_material(prepared, study, picks, baselines=baselines))
    path = output or study.folder / "report.html"
    write_page(page, path)
    if output is None:
        _write_figures(page, study.folder / "figures")
        write_results(make_results_table(study, prepared.truth), study.folder / "results.csv")
    return path


def study_material(
    prepared: Prepared, study: Study, picks: Picks | None = None, *, baselines: bool = True
) -> ReportContent:
    """Return what a report of a study is written from; the arguments are `report_study`'s."""
    truth, record = prepared.truth, study.record
    picks = picks or pick_networks(study, truth)
    records = tuple(sorted(study.trials(), key=lambda each: each.trial))
    trained = (
        load_or_train_baselines(study, prepared.problem) if baselines else load_baselines(study)
    )
    judged = judge_baselines(trained, picks.out_of_bag, truth, objective=record.objective.name)
    evidence = Evidence(
        record,
        records,
        picks.cluster_values,
        picks.best,
        picks.smallest,
        judged,
        study.command("resume"),
        picks.ensemble,
    )
    test = read_test_scores(study, picks.members(picks.exported), None)
    return ReportContent(study, truth, records, picks, test, make_answers(evidence), judged)


def compare_studies(studies: Sequence[tuple[Prepared, Study]], path: Path) -> Path:
    """Write a page that compares studies.

    Args:
        studies: Each with its space, data and settings.
        path: The page to write.

    Returns:
        The same path.

    Raises:
        SearchFailed: No trial of a study was completed.
        UserError: They are not of the same rows and folds, or the file cannot be written.
    """
    check_same_rows([study for _, study in studies])
    write_page(make_comparison_page([_compared(*each) for each in studies]), path)
    return path


def _compared(prepared: Prepared, study: Study) -> ComparedStudy:
    picks = pick_networks(study, prepared.truth)
    records = tuple(sorted(study.trials(), key=lambda each: each.trial))
    test = read_test_scores(study, picks.members(picks.exported), None)
    return ComparedStudy(study, prepared.truth, records, picks, test)


def write_page(page: Page, path: Path) -> None:
    """Write a page; an earlier one stays until the new one is whole.

    Raises:
        UserError: The file cannot be written.
    """
    try:
        write_whole(path, lambda file: file.write(page.to_html().encode()))
    except OSError as error:
        raise UserError(
            f"report {path} cannot be written ({error.strerror}); mend that, or give --output "
            "another file"
        ) from error


def _write_figures(page: Page, folder: Path) -> None:
    """Write each chart as a Vega-Lite specification, in place of those of an earlier report."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        for name, chart in page.collect_charts().items():
            text = json.dumps(chart, ensure_ascii=False, allow_nan=False)
            (folder / f"{name}.vl.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"folder {folder} cannot be written ({error.strerror}); mend that, or write the page "
            "alone, with --output FILE"
        ) from error
