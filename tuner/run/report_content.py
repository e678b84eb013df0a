"""Collect all that the report of a study shows."""

from dataclasses import replace

from tuner.analysis import (
    Evidence,
    Picks,
    add_known_averaging,
    make_answers,
    pick_networks,
    predict_out_of_fold,
    read_test_scores,
)
from tuner.report import ReportContent
from tuner.run.answering import make_evidence
from tuner.run.baselines import compare_with_baselines
from tuner.run.earlier_exports import find_export_fault
from tuner.run.setup import Setup
from tuner.run.side_files import read_model
from tuner.study import (
    PredictionTime,
    Study,
    describe_networks,
    have_same_networks,
    read_networks,
)

__all__ = ["collect_content", "read_content"]


def read_content(setup: Setup, study: Study) -> ReportContent:
    """Return all that a report of a study shows, by what its folder has.

    Raises:
        SearchFailed: No trial was completed.
    """
    picks = add_known_averaging(study, pick_networks(study, setup.truth))
    content = collect_content(setup, study, make_evidence(setup, study, picks))
    return replace(content, export_fault=find_export_fault(study))


def collect_content(
    setup: Setup,
    study: Study,
    evidence: Evidence,
    exported_time: PredictionTime | None = None,
) -> ReportContent:
    """Return all that a report of a study shows.

    The report compares the exported network with the baselines that the study's folder has.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        evidence: What its answers rest on, without the baselines.
        exported_time: How long the exported model takes. Defaults to what its folder says.
    """
    picks = evidence.picks
    judged = compare_with_baselines(setup, study, picks)
    members = picks.list_members(picks.exported)
    predictions = predict_out_of_fold(
        study, setup.truth, members, temperature=picks.calibration.temperature
    )
    return ReportContent(
        study,
        setup.truth,
        evidence.records,
        picks,
        read_test_scores(study, members, None),
        make_answers(replace(evidence, baselines=judged)),
        judged,
        predictions,
        exported_time or _read_exported_time(study, picks),
        setup.data_warnings,
    )


def _read_exported_time(study: Study, picks: Picks) -> PredictionTime | None:
    """Return how long the model in the study's folder takes, if it is the exported pick.

    Version 0.2.0 measured no whole model.
    """
    description = read_model(study.model_folder)
    if description is None or "prediction_time" not in description:
        return None
    measured = describe_networks(read_networks(description["pick"]))
    if not have_same_networks(measured, describe_networks(picks.list_members(picks.exported))):
        return None
    time = description["prediction_time"]
    return PredictionTime(time["row_seconds"], time["batch_seconds"])
