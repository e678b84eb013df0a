"""A study's pick, trained on all training rows, calibrated, exported and journalled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuner.analysis import (
    NORMAL,
    Calibration,
    Exportable,
    calibrate_networks,
    clip_interval,
    read_test_scores,
)
from tuner.run.final_training import train_members
from tuner.run.setup import Setup
from tuner.scoring import OBJECTIVES
from tuner.study import EventKind, Study, list_versions

if TYPE_CHECKING:
    from tuner.serving.fresh_process import FreshProcess
    from tuner.serving.trained_network import TrainedNetwork

__all__ = ["Export", "export_pick", "export_trained"]

Scores = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Export:
    """A trained pick on its way to a folder.

    Attributes:
        picked: What it is.
        trained: The network and its preprocessing, calibrated.
        calibration: By what, and what that is worth.
        test: Mean and standard error of each objective on the held-out rows, by name.
        folder: Where to.
        fresh: The process that checks it.
    """

    picked: Exportable
    trained: "TrainedNetwork"
    calibration: Calibration
    test: Scores
    folder: Path
    fresh: "FreshProcess"


def export_pick(
    setup: Setup,
    study: Study,
    picked: Exportable,
    folder: Path,
    on_note: Callable[[str], None] = lambda note: None,
) -> None:
    """Train a pick on all training rows and export it.

    The held-out rows are not scored again: only what the search exported has a test score.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        picked: One of its picks.
        folder: Where to.
        on_note: Is told of a network that had to be trained again.

    Raises:
        ExportMismatch: The exported model answers differently from the one in memory.
        UserError: The folder cannot be written.
    """
    from tuner.serving.fresh_process import FreshProcess

    calibration = calibrate_networks(study, picked.members, setup.problem)
    members, temperature = picked.members, calibration.temperature
    test = read_test_scores(study, members, temperature)
    records = {record.trial: record for record in study.read_trials()}
    with FreshProcess() as fresh:  # it starts while the network trains
        trained = train_members(setup, records, members, on_note, temperature=temperature)
        export = Export(picked, trained, calibration, test, folder, fresh)
        export_trained(setup, study, export)


def export_trained(setup: Setup, study: Study, export: Export) -> None:
    """Write and check a trained pick; in the study's own place, MLflow registers it.

    Raises:
        ExportMismatch: The exported model answers differently from the one in memory.
        UserError: The folder cannot be written.
    """
    from tuner.serving.export import export_model
    from tuner.serving.sample import pick_sample

    description = _describe(setup, study, export)
    sample = pick_sample(setup.dataset.raw, setup.dataset.schema)
    fingerprint = export_model(
        export.trained, description, export.folder, sample=sample, fresh=export.fresh
    )
    if export.folder.resolve() == study.model_folder.resolve():
        study.journal.append(EventKind.EXPORTED, pick=export.picked.name, fingerprint=fingerprint)


def _describe(setup: Setup, study: Study, export: Export) -> dict[str, Any]:
    """Return what `model.json` says of the study and the pick."""
    record, pick = study.record, export.picked.description
    errors = pick["standard_errors"]
    scores = {name: (score, errors[name]) for name, score in pick["scores"].items()}
    return {
        "study": record.name,
        "question": record.title,
        "objective": record.settings.objective,
        "picked": export.picked.name,
        "pick": dict(pick),
        "cross_validated": _with_intervals(scores),
        "test": _with_intervals(export.test),
        "calibration": export.calibration.to_dict(),
        "notes": list(export.trained.notes),
        "measured": {
            "trials": sum(trial.completed for trial in study.read_trials()),
            "split": setup.split.in_words,
            "scored_rows": len(setup.truth.y),
            "training_rows": len(setup.split.train),
            "test_rows": len(setup.split.test),
        },
        "data": record.data,
        "versions": list_versions(),
    }


def _with_intervals(scores: Scores) -> dict[str, dict[str, Any]]:
    """Return scores by name as JSON has them, with 95 % intervals within the scores' range."""
    return {
        name: {
            "score": score,
            "standard_error": error,
            "interval": [*_interval(name, score, error)],
        }
        for name, (score, error) in scores.items()
    }


def _interval(name: str, score: float, error: float) -> tuple[float, float]:
    maximise = OBJECTIVES[name].direction == "max"
    return clip_interval(score - NORMAL * error, score + NORMAL * error, maximise=maximise)
