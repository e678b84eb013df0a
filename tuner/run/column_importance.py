"""How much a model needs each column: permutation importance, out of fold."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tuner.analysis import Member, calibrate_networks
from tuner.data import RawColumns
from tuner.errors import UserError
from tuner.run.final_training import train_members
from tuner.run.setup import Setup
from tuner.scoring import OBJECTIVES, compute_mean_and_error
from tuner.study import Study
from tuner.training.fold_networks import FoldNetworks

if TYPE_CHECKING:
    from tuner.serving.trained_network import TrainedNetwork

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


# Over 40 lines: half of them describe the method and the arguments.
def measure_column_importance(
    setup: Setup,
    study: Study,
    members: Sequence[Member],
    *,
    repeats: int = 5,
    on_note: Callable[[str], None] = lambda note: None,
) -> list[ColumnImportance]:
    """Return how much networks of a study need each column, the most important one first.

    The networks are trained again on the training rows of each fold; of an ensemble of folds, they
    are those of that fold. A column's values are then shuffled among the fold's validation rows,
    and the score is compared with that of the rows as they are (Breiman 2001, Machine Learning 45,
    section 10; Fisher, Rudin and Dominici 2019). What two columns say alike is missed in neither,
    because the other one is left.

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
    networks = _OutOfFoldNetworks.train(setup, study, members, repeats, on_note)

    def score(column: str | None = None, repeat: int = 0) -> np.ndarray:
        probabilities = networks.predict(column, repeat)
        return setup.truth.score_clusters(objective.row_values, probabilities)

    kept, found = score(), []
    for name in (column.name for column in schema.used):
        values = np.mean([score(name, repeat) for repeat in range(repeats)], axis=0)
        found.append(
            ColumnImportance(name, *compute_mean_and_error(objective.to_loss(values - kept)))
        )
    return sorted(found, key=lambda each: -each.importance)


@dataclass(frozen=True, slots=True, eq=False)
class _Fold:
    """The network of a fold, and the rows that it was not trained on.

    Attributes:
        trained: The network.
        raw: The fold's validation rows.
        places: Their places among those of all folds.
        orders: The order in which each repeat shuffles them.
    """

    trained: "TrainedNetwork"
    raw: RawColumns
    places: np.ndarray
    orders: list[np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class _OutOfFoldNetworks:
    """The networks of all folds."""

    folds: tuple[_Fold, ...]

    @classmethod
    def train(
        cls,
        setup: Setup,
        study: Study,
        members: Sequence[Member],
        repeats: int,
        on_note: Callable[[str], None],
    ) -> "_OutOfFoldNetworks":
        """Train the networks on the training rows of each fold of the first repeat."""
        records = {record.trial: record for record in study.read_trials()}
        temperature = calibrate_networks(study, members, setup.truth).temperature
        kept = FoldNetworks.without_limits()
        rng = np.random.default_rng([setup.settings.seed, repeats])
        folds = []
        for fold, places in enumerate(setup.split.find_places()):
            trained = train_members(
                setup,
                records,
                members,
                on_note,
                temperature=temperature,
                fold=fold,
                fold_networks=kept,
            )
            rows = setup.split.folds[fold].validation
            raw = {name: values[rows] for name, values in setup.dataset.raw.items()}
            orders = [rng.permutation(len(rows)) for _ in range(repeats)]
            folds.append(_Fold(trained, raw, places, orders))
        return cls(tuple(folds))

    def predict(self, column: str | None, repeat: int) -> np.ndarray:
        """Predict all rows, with a column shuffled within each fold; as they are if None.

        **Shape**: `(rows, classes)`.
        """
        parts = []
        for fold in self.folds:
            rows = fold.raw
            if column is not None:
                rows = {**rows, column: rows[column][fold.orders[repeat]]}
            parts.append(fold.trained.predict_proba(rows))
        places = np.concatenate([fold.places for fold in self.folds])
        return np.asarray(np.concatenate(parts)[np.argsort(places)])
