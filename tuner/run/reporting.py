"""What a search leaves for people to read: its report, its charts, and the table of its trials."""

import json
import shutil
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
from tuner.report import Page, ReportContent, make_study_page
from tuner.run.setup import Setup
from tuner.study import Study

__all__ = [
    "report_study",
    "study_material",
    "write_page",
]


def report_study(
    setup: Setup,
    study: Study,
    picks: Picks | None = None,
    *,
    output: Path | None = None,
    baselines: bool = True,
) -> Path:
    """Write a study's report, with its charts and the table of its trials; or a page alone.

    Args:
        setup: The study's space, data and settings.
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
    page = make_study_page(study_material(setup, study, picks, baselines=baselines))
    path = output or study.folder / "report.html"
    write_page(page, path)
    if output is None:
        _write_figures(page, study.folder / "figures")
        write_results(make_results_table(study, setup.truth), study.folder / "results.csv")
    return path


def study_material(
    setup: Setup, study: Study, picks: Picks | None = None, *, baselines: bool = True
) -> ReportContent:
    """Return what a report of a study is written from; the arguments are `report_study`'s."""
    truth, record = setup.truth, study.record
    picks = picks or pick_networks(study, truth)
    records = tuple(sorted(study.read_trials(), key=lambda each: each.trial))
    trained = load_or_train_baselines(study, setup.problem) if baselines else load_baselines(study)
    judged = judge_baselines(trained, picks.out_of_bag, truth, objective=record.objective.name)
    evidence = Evidence(
        record,
        records,
        picks.cluster_values,
        picks.best,
        picks.smallest,
        judged,
        study.make_command("resume"),
        picks.ensemble,
    )
    test = read_test_scores(study, picks.members(picks.exported), None)
    return ReportContent(study, truth, records, picks, test, make_answers(evidence), judged)


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
