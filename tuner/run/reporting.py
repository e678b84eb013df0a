"""Write the report, its charts, and the table of the trials."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.analysis import make_results_table, write_results
from tuner.errors import UserError
from tuner.files.own_files import CHARTS, find_strangers
from tuner.files.whole_files import replace_folder, write_whole
from tuner.report import Page, ReportContent, make_study_page
from tuner.run.baselines import has_baselines
from tuner.run.side_files import digest_if_readable
from tuner.run.stages import is_done, mark_done
from tuner.study import EventKind, Stage, Study

__all__ = [
    "ReportResult",
    "is_reported",
    "mark_reported",
    "report_study",
    "write_page",
]


@dataclass(frozen=True, slots=True)
class ReportResult:
    """The report of a study.

    Attributes:
        page: The page. None if it could not be written.
        content: All that it shows.
    """

    page: Path | None
    content: ReportContent


def mark_reported(study: Study, basis: dict[str, Any], export_fault: str) -> None:
    """Write to the journal that the report in the study's folder was written.

    Args:
        study: The study, whose lock the caller holds.
        basis: The basis of its picks.
        export_fault: Why the export failed, as the report has it.
    """
    mark_done(study, Stage.REPORT, _make_basis(study, basis, export_fault))


def _make_basis(study: Study, basis: dict[str, Any], export_fault: str) -> dict[str, Any]:
    """Return what a report depends on, and digests of its files.

    The digests make a report whose files were damaged count as missing.

    Args:
        study: The study.
        basis: The basis of its picks.
        export_fault: Why the export failed.
    """
    tests = [event["test"] for event in study.journal.read(EventKind.TESTED)]
    baselines = digest_if_readable(study.baselines_path) if has_baselines(study) else None
    return {
        **basis,
        "export_fault": export_fault,
        "test": tests[-1] if tests else {},
        "baselines": baselines,
        "prediction_times": digest_if_readable(study.prediction_times_path),
        "page": digest_if_readable(study.report_path),
        "table": digest_if_readable(study.results_path),
        "charts": digest_if_readable(study.figures_folder),
    }


def is_reported(study: Study, basis: dict[str, Any], export_fault: str = "") -> bool:
    """Return whether the study's report is there and would be the same if it were written again.

    Args:
        study: The study.
        basis: The basis of its picks.
        export_fault: Why the export failed. Defaults to "": it did not.
    """
    files = (study.report_path, study.results_path, study.figures_folder)
    there = all(path.exists() for path in files)
    return there and is_done(study, Stage.REPORT, _make_basis(study, basis, export_fault))


def report_study(content: ReportContent, *, output: Path | None = None) -> Path:
    """Write a study's report, with its charts and the table of its trials; or the page alone.

    Args:
        content: All that it shows.
        output: Where to write the page alone. None for the report in the study's folder.

    Returns:
        The path of the page.

    Raises:
        UserError: A file cannot be written.
    """
    page, study = make_study_page(content), content.study
    path = output or study.report_path
    write_page(page, path)
    if output is None:
        _write_figures(page, study.figures_folder)
        write_results(make_results_table(study, content.truth), study.results_path)
    return path


def write_page(page: Page, path: Path) -> None:
    """Write a page; an earlier one stays until the new one is whole.

    Raises:
        UserError: The file cannot be written.
    """
    try:
        write_whole(path, lambda file: file.write(page.to_html().encode()))
    except OSError as error:
        raise UserError(
            f"report {path} cannot be written ({error.strerror}); fix that, or give --output "
            "another file"
        ) from error


def _write_figures(page: Page, folder: Path) -> None:
    """Write each chart as a Vega-Lite specification, in place of those of an earlier report."""
    try:
        if others := find_strangers(folder, CHARTS):
            raise UserError(
                f"folder {folder} holds {', '.join(others)} beside the report's charts, and a new "
                "report would delete that; move it"
            )
        with replace_folder(folder) as draft:
            for name, chart in page.collect_charts().items():
                text = json.dumps(chart, ensure_ascii=False, allow_nan=False)
                (draft / f"{name}.vl.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"folder {folder} cannot be written ({error.strerror}); fix that, or write the page "
            "alone, with --output FILE"
        ) from error
