"""Finds out, without importing anything heavy, whether a study has anything left to do."""

from typing import Any

from tuner.run.baselines import has_baselines
from tuner.run.earlier_exports import is_exported
from tuner.run.picking import read_picking_basis
from tuner.run.prediction_times import lacks_prediction_times
from tuner.run.reporting import is_reported
from tuner.run.searching import find_end
from tuner.run.stages import is_out_of_time
from tuner.study import EventKind, SearchSettings, Stage, Study, find_damaged_trials

__all__ = ["find_summary", "read_last_summary"]


def find_summary(study: Study, settings: SearchSettings) -> dict[str, Any] | None:
    """Return the summary of a study's last run if another run would find nothing left to do.

    Args:
        study: The study.
        settings: The settings of that other run.

    Returns:
        What the last run printed with `--json`, with the study's present paths. None if a trial,
        the model or the report would be made.
    """
    summary = read_last_summary(study)
    basis = read_picking_basis(study)
    if not summary or not basis or not find_end(study, settings):
        return None
    limit = settings.max_seconds
    prepared = (has_baselines(study) or is_out_of_time(study, Stage.BASELINES, limit)) and (
        not lacks_prediction_times(study) or is_out_of_time(study, Stage.PREDICTION_TIMES, limit)
    )
    if not (prepared and is_exported(study, basis) and is_reported(study, basis)):
        return None
    if find_damaged_trials(study):  # last, since it reads all arrays
        return None
    paths = {"model": str(study.model_folder), "report": str(study.report_path)}
    return {**summary, "study": study.record.name, **paths}


def read_last_summary(study: Study) -> dict[str, Any]:
    """Return the summary of a study's last run; empty if that did not finish."""
    summary: dict[str, Any] = {}
    for event in study.journal.read():
        if event["event"] == EventKind.BEGUN:
            summary = {}
        if event["event"] == EventKind.ENDED:
            summary = event["summary"]
    return summary
