"""The description of a study's run, which begins with the answer to the study's question."""

import hashlib
from collections.abc import Mapping
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NOTE

from tuner.study import Study
from tuner.tracking.scored_model import ScoredModel, describe_scored_model

__all__ = ["describe_study", "write_note"]

_DIGEST = "tuner.note"  # of the description that was written last


def describe_study(study: Study, summary: Mapping[str, Any], model: ScoredModel) -> str:
    """Return a study's answer and its exported model, in Markdown.

    Args:
        study: The study.
        summary: The object that `--json` prints. Older versions wrote no answer.
        model: The exported model.
    """
    answer = summary.get("answer") or study.record.title
    return f"{answer}\n\n{describe_scored_model(model, study)}"


def write_note(client: MlflowClient, run: Run, title: str, note: str) -> None:
    """Set a run's description, unless a user changed it in MLflow's pages.

    Args:
        client: MLflow.
        run: The study's run, with its tags as MLflow has them.
        title: The description that the run began with.
        note: The new description.
    """
    tags, run_id = run.data.tags, run.info.run_id
    current = tags.get(MLFLOW_RUN_NOTE, title)
    if current == note or (current != title and _digest(current) != tags.get(_DIGEST)):
        return
    client.set_tag(run_id, _DIGEST, _digest(note))
    client.set_tag(run_id, MLFLOW_RUN_NOTE, note)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
