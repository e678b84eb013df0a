"""The model that a study exported: its scores, and what MLflow says about it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tuner.files.whole_files import read_file
from tuner.study import Study, read_networks
from tuner.words import count_noun, format_hyperparameters, join_words, list_scores

__all__ = ["ScoredModel", "describe_scored_model", "load_scored_model"]


@dataclass(frozen=True, slots=True)
class ScoredModel:
    """An exported model as MLflow shows it: whose networks it has, and their scores.

    Attributes:
        pick: The trial or the ensemble, as `--json` describes it.
        test: Mean and standard error of each objective on the held-out rows, by name.
        corrected: Its score, corrected for the choice among trials, and the 95 % interval; with
            its calibration if a search exports it by itself. None if no correction is defined.
    """

    pick: Mapping[str, Any]
    test: Mapping[str, tuple[float, float]]
    corrected: tuple[float, tuple[float, float]] | None

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> "ScoredModel":
        """Return the model of a run, from the object that `--json` prints."""
        pick = summary[summary.get("exported", "best")]
        return cls(pick, _read_scores(summary.get("test") or {}), _read_corrected(summary, pick))


def load_scored_model(study: Study, fingerprint: str) -> ScoredModel | None:
    """Load the description of the model in a study's folder.

    Args:
        study: The study.
        fingerprint: The fingerprint of the model that was exported and checked.

    Returns:
        The model. None if the folder has another model or none.
    """
    path = study.model_folder / "model.json"
    if not path.exists():
        return None
    description = json.loads(read_file(path))
    if description["fingerprint"] != fingerprint:
        return None
    pick, test = description.get("pick", {}), _read_scores(description.get("test", {}))
    return ScoredModel(pick, test, _read_corrected(description, pick))


def describe_scored_model(model: ScoredModel, study: Study) -> str:
    """Describe a model in Markdown: its networks, its scores, and the study that it is from."""
    pick, record = model.pick, study.record
    networks = _name_networks(pick, record.fixed)
    lines = [f"{networks} of study {record.name}: {record.title}"]
    if "scores" in pick:
        errors = pick["standard_errors"]
        scores = {name: (score, errors[name]) for name, score in pick["scores"].items()}
        lines.append(f"- cross-validated: {list_scores(_put_accuracy_first(scores))}")
    if model.corrected:
        score, (low, high) = model.corrected
        lines.append(
            f"- as exported, corrected for the choice among trials: {record.objective.name} "
            f"{score:.4f}, 95 % interval {low:.4f} to {high:.4f}"
        )
    if model.test:
        rows = f"{len(record.split.test):,} held-out rows"
        lines.append(f"- on {rows}: {list_scores(_put_accuracy_first(model.test))}")
    return "\n".join([lines[0], "", *lines[1:]]).rstrip()


def _name_networks(pick: Mapping[str, Any], fixed: Collection[str]) -> str:
    """Return a model's networks in words, such as `Trial 5 (depth 2), 25,738 parameters,`."""
    if "members" in pick:
        members = read_networks(pick)
        networks = sum(member.count for member in members)
        trials = join_words([str(member.trial) for member in members])
        noun = "trial" if len(members) == 1 else "trials"
        name = f"The ensemble of {count_noun(networks, 'network')} of {noun} {trials}"
    elif "trial" in pick:
        values = {**pick["hyperparameters"], **pick["derived"]}
        varied = {name: value for name, value in values.items() if name not in fixed}
        name = f"Trial {pick['trial']}"
        if varied:
            name += f" ({format_hyperparameters(varied)})"
    else:
        return "A network"
    return f"{name}, {pick['parameters']:,} parameters,"


def _put_accuracy_first(
    scores: Mapping[str, tuple[float, float]],
) -> dict[str, tuple[float, float]]:
    return dict(sorted(scores.items(), key=lambda score: score[0] != "accuracy"))


def _read_scores(scores: Mapping[str, Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    return {name: (score["score"], score["standard_error"]) for name, score in scores.items()}


def _read_corrected(
    description: Mapping[str, Any], pick: Mapping[str, Any]
) -> tuple[float, tuple[float, float]] | None:
    """Read the corrected score; that of the pick before its calibration if there is no other."""
    if exported := description.get("exported_score"):  # those of older versions lack it
        return exported["score"], tuple(exported["interval"])
    if not pick.get("corrected_interval"):
        return None
    return pick["corrected_score"], tuple(pick["corrected_interval"])
