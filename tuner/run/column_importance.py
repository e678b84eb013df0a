"""How much a model needs each column: permutation importance, out of fold."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tuner.analysis import Member, calibrate_networks
from tuner.errors import UserError
from tuner.run.final_training import train_members
from tuner.run.setup import Setup
from tuner.scoring import OBJECTIVES, compute_mean_and_error
from tuner.study import Study

__all__ = ["ColumnImportance", "measure_column_importance"]


@dataclass(frozen=True, slots=True)
class ColumnImportance:
    """By how much a score gets worse without what a column says.

    Attributes:
        column: The column.
        importance: The mean loss of score, in units of the objective; above 0 if the model needs
            the column.
        standard_error: Its standard error over clusters of rows.
    """

    column: str
    importance: float
    standard_error: float

    def to_dict(self) -> dict[str, Any]:
        """Return the importance in the form of JSON."""
        return asdict(self)


def measure_column_importance(
    setup: Setup,
    study: Study,
    members: Sequence[Member],
    *,
    repeats: int = 5,
    on_note: Callable[[str], None] = lambda note: None,
) -> list[ColumnImportance]:
    """Return how much networks of a study need each column, the most important one first.

    The networks are trained again on the training rows of each fold. A column's values are then
    shuffled among the fold's validation rows, and the score is compared with that of the rows as
    they are (Breiman 2001, Machine Learning 45, section 10; Fisher, Rudin and Dominici 2019). What
    two columns say alike is missed in neither, because the other one is left.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        members: The networks, whose probabilities are averaged.
        repeats: How often each column is shuffled; the values of a row are means.
        on_note: Receives a note about each network that had to be trained again.

    Raises:
        UserError: The rows are arrays, which have no columns.
    """
    schema = setup.dataset.schema
    if schema.array_shape is not None:
        raise UserError(
            f"study {study.record.name}: its rows are arrays, which have no columns to shuffle"
        )
    objective = OBJECTIVES[setup.settings.objective]
    sign = -1.0 if objective.direction == "max" else 1.0
    truth, names = setup.truth, [column.name for column in schema.used]
    predicted = _predict_shuffled(setup, study, members, names, repeats, on_note)
    kept = truth.score_clusters(objective.row_values, predicted[0, 0])
    found = []
    for name, shuffled in zip(names, predicted[1:], strict=True):
        values = np.mean([truth.score_clusters(objective.row_values, p) for p in shuffled], axis=0)
        found.append(ColumnImportance(name, *compute_mean_and_error(sign * (values - kept))))
    return sorted(found, key=lambda each: -each.importance)


def _predict_shuffled(
    setup: Setup,
    study: Study,
    members: Sequence[Member],
    names: Sequence[str],
    repeats: int,
    on_note: Callable[[str], None],
) -> np.ndarray:
    """Predict the validation rows as they are, and with each column shuffled.

    Returns:
        Shape `(1 + columns, repeats, rows, classes)`; the rows as they are come first.
    """
    records = {record.trial: record for record in study.read_trials()}
    temperature = calibrate_networks(study, members, setup.truth).temperature
    places = study.record.split.find_places()
    rows = sum(map(len, places))
    answers = np.empty((1 + len(names), repeats, rows, len(setup.dataset.classes)), np.float32)
    rng = np.random.default_rng([setup.settings.seed, repeats])
    for fold, where in enumerate(places):  # the folds of the first repeat
        trained = train_members(
            setup, records, members, on_note, temperature=temperature, fold=fold
        )
        validation = setup.split.folds[fold].validation
        raw = {name: values[validation] for name, values in setup.dataset.raw.items()}
        answers[0][:, where] = trained.predict_proba(raw)
        for repeat in range(repeats):
            order = rng.permutation(len(where))
            for number, name in enumerate(names, start=1):
                shuffled = {**raw, name: raw[name][order]}
                answers[number, repeat, where] = trained.predict_proba(shuffled)
    return answers
