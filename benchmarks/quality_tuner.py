"""The way of this package in `quality.py`: its command line."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from own_process import answer_of
from quality_run import SPACE, Asked, Found

__all__ = ["search_with"]

_MANY = 1_000_000  # trials: the seconds end the search


def search_with(oracle: str, asked: Asked) -> Iterator[Found]:
    """Search with an oracle, once a budget, and predict with the exported model.

    A command's time limit is for all of it; what a search of a single trial takes beside the
    search is added, since no other way's imports, final training or export count either.
    """
    with tempfile.TemporaryDirectory() as root:
        told, whole = _search(oracle, asked, Path(root), ["--max-trials", "1"])
        beside = whole - _search_seconds(told["study"], Path(root))
    for budget in asked.budgets:
        with tempfile.TemporaryDirectory() as root:
            limits = ["--max-seconds", f"{budget + beside:.1f}", "--max-trials", str(_MANY)]
            told, whole = _search(oracle, asked, Path(root), limits)
            networks = {str(m["trial"]): m["networks"] for m in told["ensemble"]["members"]}
            best = {**told["best"]["hyperparameters"], "epochs": told["best"]["epoch"]}
            yield Found(
                budget,
                trials=told["trials"],
                completed=told["completed"],
                search_seconds=_search_seconds(told["study"], Path(root)),
                whole_seconds=whole,
                configuration=networks if told["exported"] == "ensemble" else best,
                probabilities=_held_out(told, asked),
            )


def _search(oracle: str, asked: Asked, root: Path, limits: list[str]) -> tuple[Any, float]:
    command = [sys.executable, "-m", "tuner", "search", "--space", SPACE, "--data", asked.data]
    command += ["--oracle", oracle, "--seed", str(asked.seed), *limits]
    return answer_of([*command, "--root", str(root), "--json"])


def _search_seconds(study: str, root: Path) -> float:
    """Return the seconds from a study's beginning to the end of its last trial."""
    from tuner.study import EventKind, Study

    events = list(Study.open(study, root).journal.read())
    begun = next(event["time"] for event in events if event["event"] == EventKind.BEGUN)
    return (
        float(max(event["time"] for event in events if event["event"] == EventKind.TRIAL) - begun)
        / 1e3
    )


def _held_out(told: dict[str, Any], asked: Asked) -> np.ndarray:
    """Return the exported model's probabilities of the held-out rows, shape `(rows, classes)`."""
    from tuner.scoring import OBJECTIVES
    from tuner.serving.exported_model import ExportedModel, InputPart
    from tuner.serving.input_names import join_columns

    ready = asked.prepared()
    rows = ready.split.test
    model = ExportedModel.open(Path(told["model"]))
    raw = {name: values[rows] for name, values in ready.dataset.raw.items()}
    (found,) = model.predict([InputPart(join_columns(raw, model.inputs))])
    probabilities = found.iloc[:, 1:].to_numpy()
    score = OBJECTIVES["cross_entropy"].row_values(probabilities, ready.dataset.y[rows]).mean()
    if abs(score - told["test_score"]) > 1e-3:
        raise RuntimeError(
            f"the held-out rows score {score:.4f} here, and {told['test_score']:.4f} in the "
            "search: they are not the same rows"
        )
    return np.asarray(probabilities)
