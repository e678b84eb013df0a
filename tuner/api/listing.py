"""What is listed of each study under a root."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuner.argument_types import read_path
from tuner.errors import StudyError
from tuner.run.opening import read_last_settings
from tuner.study import Study, list_study_names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["describe_studies", "studies"]


def studies(root: str | Path = "mlruns") -> "pd.DataFrame":
    """Return a table of all studies, one row each.

    Columns: `study` (its name), `title`, `answer`, `space`, `data`, `trials` (that ended),
    `max_trials`, `objective`, `best_trial`, `best_score`, `model` (the folder), and `error` if a
    study cannot be read.

    Args:
        root: The folder that holds all that searches write.

    Raises:
        StudyError: The folder cannot be read.
    """
    import pandas as pd

    columns: dict[str, Any] = {
        "study": object, "title": object, "answer": object, "space": object, "data": object,
        "trials": "Int64", "max_trials": "Int64", "objective": object, "best_trial": "Int64",
        "best_score": float, "model": object, "error": object,
    }  # fmt: skip
    rows = []
    for described in describe_studies(read_path("--root", root)):
        best = described.get("best") or {}
        rows.append({**described, "best_trial": best.get("trial"), "best_score": best.get("score")})
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def describe_studies(root: Path) -> list[dict[str, Any]]:
    """Return what is listed of each study, as JSON values; `study` and `error` if it is damaged.

    Args:
        root: The folder that holds all that searches write.

    Raises:
        StudyError: The folder cannot be read.
    """
    described: list[dict[str, Any]] = []
    for name in list_study_names(root):
        try:
            described.append(_describe(Study.open(name, root)))
        except StudyError as error:
            described.append({"study": name, "error": str(error)})
    return described


def _describe(study: Study) -> dict[str, Any]:
    record, trials, last = study.record, list(study.read_trials()), read_last_settings(study)
    to_loss, folder = record.objective.to_loss, study.model_folder
    completed = [trial for trial in trials if trial.completed]
    best = min(completed, key=lambda trial: to_loss(trial.result.score), default=None)
    return {
        "study": record.name,
        "title": record.title,
        "answer": study.read_answer() or None,
        "space": record.space_name,
        "data": str(record.data["name"]),
        "trials": len(trials),
        "max_trials": last.max_trials,
        "until_answered": last.until_answered,
        "may_end_early": last.may_end_early,
        "objective": record.objective.name,
        "best": None if best is None else {"trial": best.trial, "score": best.result.score},
        "model": str(folder) if (folder / "model.json").exists() else None,
    }
