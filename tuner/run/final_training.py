"""Train the picked networks on all training rows, or get those of their folds, and average them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from tuner.analysis import Member, scale_probabilities
from tuner.data import Scaler
from tuner.problem import Problem
from tuner.run.all_rows_training import AllRowsTraining
from tuner.run.setup import Setup, make_hypermodel, make_hyperparameters
from tuner.study import TrialRecord
from tuner.training import TRAINERS, Hooks, Job, Plan
from tuner.training.fold_networks import FoldNetworks

if TYPE_CHECKING:
    import keras
    import keras_tuner

    from tuner.serving.trained_network import TrainedNetwork
    from tuner.training import Trainer

__all__ = ["train_members"]


# Over 40 lines: half of them describe the arguments.
def train_members(  # noqa: PLR0913  (the last three are for one caller each)
    setup: Setup,
    records: Mapping[int, TrialRecord],
    members: Sequence[Member],
    on_note: Callable[[str], None] = lambda note: None,
    *,
    temperature: float = 1.0,
    fold: int | None = None,
    fold_networks: FoldNetworks | None = None,
) -> "TrainedNetwork":
    """Train networks on all training rows, and return one network that averages them.

    If the members are of networks of folds, those on all rows come to them, and those of the folds
    are not trained unless they are lost.

    Args:
        setup: The study's space, data and settings.
        records: The study's trials by number.
        members: The networks to train.
        on_note: Receives a note about each network that had to be trained again or never learned.
        temperature: Calibrates the averaged probabilities; 1 leaves them unchanged.
        fold: The fold to whose training rows the networks are limited, without those that come to
            networks of folds. None for all training rows.
        fold_networks: Networks of folds that are not lost. None if all are.

    Raises:
        SpaceError: The user's hypermodel cannot be loaded.
        SearchFailed: A trial whose networks are lost fails now.
        NetworkDiverged: A network diverges on all training rows, whatever its initial weights.
    """
    from tuner.model.averaging import average_networks
    from tuner.model.temperature import apply_temperature
    from tuner.serving.trained_network import TrainedNetwork

    plan = replace(setup.settings.plan, hooks=Hooks(fold_networks=fold_networks))
    trainer, hypermodel = TRAINERS[setup.settings.trainer](), make_hypermodel(setup)
    schema = setup.dataset.schema
    problem = setup.problem if fold is None else setup.problem.keep_training_rows(fold)
    scaler = problem.fit_scaler(problem.rows)
    assert scaler is not None  # every `Setup` has scaled features
    all_rows_training = AllRowsTraining(problem, plan, hypermodel, trainer, scaler, on_note)
    if fold is not None:
        members = [replace(member, on_all_rows=0) for member in members]
    on_all_rows, notes = all_rows_training.run(members, records, setup.split)
    if not members[0].folds:
        network = average_networks(list(chain.from_iterable(on_all_rows)))
        return TrainedNetwork(apply_temperature(network, temperature), schema, scaler, notes)
    folds = range(len(setup.problem.folds)) if fold is None else [fold]
    of_folds = _get_fold_networks(setup.problem, plan, hypermodel, trainer, members, folds)
    network = apply_temperature(of_folds.average(on_all_rows, scaler), temperature)
    alone = partial(of_folds.predict_alone, temperature=temperature)
    return TrainedNetwork(network, schema, None, notes, alone)


def _get_fold_networks(
    problem: Problem,
    plan: Plan,
    hypermodel: "keras_tuner.HyperModel",
    trainer: "Trainer",
    members: Sequence[Member],
    folds: Sequence[int],
) -> "_FoldEnsemble":
    """Return the networks of some folds, which are trained again if they are lost."""
    from tuner.training.network_building import make_final_network

    jobs = [
        Job(member.trial, make_hyperparameters(member.hyperparameters), member.epoch)
        for member in members
    ]
    trained = trainer.train_on_folds(jobs, hypermodel, problem=problem, plan=plan)
    networks = [
        [make_final_network(each[fold], hypermodel, job.hyperparameters, problem) for fold in folds]
        for job, each in zip(jobs, trained, strict=True)
    ]
    scalers = [problem.fit_scaler(problem.folds[fold].train) for fold in folds]
    return _FoldEnsemble(
        networks, [scaler for scaler in scalers if scaler], [member.networks for member in members]
    )


@dataclass(frozen=True, slots=True)
class _FoldEnsemble:
    """The networks of folds of some trials. All methods take encoded rows that are not scaled.

    Attributes:
        networks: The network of each fold, by trial. It takes scaled rows.
        scalers: The scaler of each fold's training rows.
        weights: How often the mean of each trial's networks counts.
    """

    networks: "Sequence[Sequence[keras.Model]]"
    scalers: Sequence[Scaler]
    weights: Sequence[int]

    def average(
        self, on_all_rows: "Sequence[Sequence[keras.Model]]", scaler: Scaler
    ) -> "keras.Model":
        """Return the mean of these networks and of others on all rows.

        Args:
            on_all_rows: Further networks of each trial, which count as much as those of its folds;
                it may have none.
            scaler: Their scaler.
        """
        from tuner.model.averaging import average_folds

        networks = [[*a, *b] for a, b in zip(self.networks, on_all_rows, strict=True)]
        scalers = [*self.scalers, *[scaler] * max(map(len, on_all_rows))]
        return average_folds(networks, self.weights, scalers, folds=len(self.scalers))

    def predict_alone(self, x: np.ndarray, temperature: float) -> list[np.ndarray]:
        """Return the probabilities of rows by the networks of each fold, `(rows, classes)` each."""
        predicted = []
        for place, scaler in enumerate(self.scalers):
            scaled = scaler.apply(x)
            each = [trial[place](scaled, training=False).numpy() for trial in self.networks]
            mean = np.average(each, axis=0, weights=self.weights)
            predicted.append(scale_probabilities(mean, temperature))
        return predicted
