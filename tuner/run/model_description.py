"""A trained pick, and what `model.json` says about it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuner.analysis import (
    Calibration,
    Exportable,
    Predictions,
    clip_interval,
    compute_margin,
    read_averaging,
)
from tuner.run.kept_answers import read_part_answers
from tuner.run.setup import Setup
from tuner.run.testing import HeldOutScores
from tuner.scoring import OBJECTIVES, Truth
from tuner.study import Study, StudyRecord, list_versions

if TYPE_CHECKING:
    from tuner.serving.trained_network import TrainedNetwork

__all__ = ["TrainedExportable", "describe_model", "name_networks"]


@dataclass(frozen=True, slots=True)
class TrainedExportable:
    """A trained pick, ready to be exported.

    Attributes:
        exportable: The pick.
        trained: Its network and preprocessing, calibrated.
        calibration: The temperature, and what it gains.
        test: Mean and standard error of each objective on the held-out rows, by name.
        predictions: What it predicts out of fold, and the threshold of two classes.
    """

    exportable: Exportable
    trained: "TrainedNetwork"
    calibration: Calibration
    test: HeldOutScores
    predictions: Predictions


def describe_model(setup: Setup, study: Study, ready: TrainedExportable) -> dict[str, Any]:
    """Return what `model.json` says about the study and the pick."""
    record, pick = study.record, ready.exportable.description
    parts = read_part_answers(study)
    errors = pick["standard_errors"]
    scores = {name: (score, errors[name]) for name, score in pick["scores"].items()}
    return {
        "study": record.name,
        "question": record.title,
        "objective": record.settings.objective,
        "picked": ready.exportable.name,
        "pick": name_networks(dict(pick), record),
        **({"parts": parts} if parts else {}),
        "cross_validated": _add_intervals(scores, setup.truth),
        **_describe_exported_score(ready, study),
        "test": _add_intervals(ready.test, setup.test_truth),
        **ready.predictions.to_dict(),
        "calibration": ready.calibration.to_dict(),
        "notes": list(ready.trained.notes),
        "measured": {
            "trials": sum(trial.completed for trial in study.read_trials()),
            "split": setup.split.description,
            "scored_rows": len(setup.truth.y),
            "training_rows": len(setup.split.train),
            "test_rows": len(setup.split.test),
        },
        "data": record.data,
        "versions": list_versions(),
    }


def _describe_exported_score(ready: TrainedExportable, study: Study) -> dict[str, Any]:
    """Return the score of what a search exports: corrected, calibrated, and averaged over folds."""
    exportable, maximise = ready.exportable, study.record.objective.maximise
    if exportable.out_of_bag is None:  # no search exports it by itself
        return {}
    averaging = read_averaging(study, exportable.members, ready.calibration.temperature)
    return {
        "exported_score": exportable.out_of_bag.to_dict(maximise=maximise),
        "averages_folds": study.record.objective.name in averaging,
    }


def name_networks(pick: dict[str, Any], record: StudyRecord) -> dict[str, Any]:
    """Return a pick with what the space calls its networks, where it has names for them."""
    if "members" in pick:
        return pick | {"members": [name_networks(each, record) for each in pick["members"]]}
    name = record.find_first_name(pick["hyperparameters"])
    return pick | {"name": name} if name else pick


def _add_intervals(scores: HeldOutScores, truth: Truth) -> dict[str, dict[str, Any]]:
    """Return scores by name, with 95 % intervals by Student's t.

    Args:
        scores: Each score and its standard error.
        truth: The rows that they are means over, and their clusters.
    """
    described = {}
    for name, (score, error) in scores.items():
        margin = compute_margin(error, truth.cluster_count - 1)
        interval = score - margin, score + margin
        if name in OBJECTIVES:  # the range of a metric of the hypermodel's own is not known
            interval = clip_interval(*interval, maximise=OBJECTIVES[name].maximise)
        described[name] = {"score": score, "standard_error": error, "interval": [*interval]}
    return described
