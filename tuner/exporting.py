"""A study's pick, trained on all training rows, calibrated, exported and journalled."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuner.analysis import Calibration, Choice, PickName, calibration_of, choose, tested
from tuner.final_training import train_members
from tuner.preparation import Prepared
from tuner.study import OBJECTIVES, Study, installed_versions

if TYPE_CHECKING:
    from tuner.serving.export import TrainedNetwork
    from tuner.serving.fresh_process import FreshProcess

__all__ = ["Export", "export_pick", "export_trained"]

_NORMAL = 1.96  # standard errors to either side that hold 95 % of a normal distribution
_HIGHEST = {"min": math.inf, "max": 1.0}  # score, by what is better

Scores = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Export:
    """A trained pick on its way to a folder.

    Attributes:
        name: Which pick.
        trained: The network and its preprocessing, calibrated.
        calibration: By what, and what that is worth.
        test: Mean and standard error of each objective on the held-out rows, by name.
        folder: Where to.
        fresh: The process that checks it.
    """

    name: PickName
    trained: "TrainedNetwork"
    calibration: Calibration
    test: Scores
    folder: Path
    fresh: "FreshProcess"


def export_pick(
    prepared: Prepared,
    study: Study,
    name: PickName,
    folder: Path,
    on_note: Callable[[str], None] = lambda note: None,
) -> None:
    """Train a pick on all training rows and export it.

    The held-out rows are not scored again: only what the search exported has a test score.

    Args:
        prepared: The study's space, data and settings.
        study: The study.
        name: Which of its picks.
        folder: Where to.
        on_note: Is told of a network that had to be trained again.

    Raises:
        ExportMismatch: The exported model answers differently from the one in memory.
        SearchFailed: No trial was completed.
        UserError: The folder cannot be written.
    """
    from tuner.serving.fresh_process import FreshProcess

    choice = choose(study, prepared.training_y)
    calibration = calibration_of(study, choice, name, prepared.training_y)
    members, temperature = choice.members(name), calibration.temperature
    test = tested(study, members, temperature)
    records = {record.trial: record for record in study.trials()}
    with FreshProcess() as fresh:  # it starts while the network trains
        trained = train_members(prepared, records, members, on_note, temperature=temperature)
        export = Export(name, trained, calibration, test, folder, fresh)
        export_trained(prepared, study, choice, export)


def export_trained(prepared: Prepared, study: Study, choice: Choice, export: Export) -> None:
    """Write and check a trained pick; in the study's own place, MLflow registers it.

    Raises:
        ExportMismatch: The exported model answers differently from the one in memory.
        UserError: The folder cannot be written.
    """
    from tuner.serving.export import export_model, sample_rows

    description = _describe(prepared, study, choice, export)
    sample = sample_rows(prepared.dataset.raw, prepared.dataset.schema)
    fingerprint = export_model(
        export.trained, description, export.folder, sample=sample, fresh=export.fresh
    )
    if export.folder.resolve() == study.model_folder.resolve():
        study.journal.append("exported", pick=export.name, fingerprint=fingerprint)


def _describe(prepared: Prepared, study: Study, choice: Choice, export: Export) -> dict[str, Any]:
    """Return what `model.json` says of the study and the pick."""
    record, pick = study.record, getattr(choice, export.name)
    scores = {name: (score, pick.standard_errors[name]) for name, score in pick.scores.items()}
    return {
        "study": record.name,
        "question": record.title,
        "objective": record.settings.objective,
        "picked": export.name,
        "pick": pick.to_dict(),
        "cross_validated": _with_intervals(scores),
        "test": _with_intervals(export.test),
        "calibration": export.calibration.to_dict(),
        "measured": {
            "trials": sum(trial.completed for trial in study.trials()),
            "folds": len(prepared.split.folds),
            "training_rows": len(prepared.split.train),
            "test_rows": len(prepared.split.test),
        },
        "data": record.data,
        "versions": installed_versions(),
    }


def _with_intervals(scores: Scores) -> dict[str, dict[str, Any]]:
    """Return scores by name as JSON has them, with 95 % intervals within the scores' range."""
    return {
        name: {
            "score": score,
            "standard_error": error,
            "interval": [
                max(score - _NORMAL * error, 0.0),
                min(score + _NORMAL * error, _HIGHEST[OBJECTIVES[name].direction]),
            ],
        }
        for name, (score, error) in scores.items()
    }
