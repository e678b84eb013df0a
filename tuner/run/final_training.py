"""Train the picked networks on all training rows, and average them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from tuner.analysis import Member
from tuner.data import Scaler
from tuner.folds import Split
from tuner.problem import Problem
from tuner.run.setup import Setup, make_hypermodel, make_hyperparameters
from tuner.scoring import cross_entropy
from tuner.study import TrialRecord
from tuner.training import TRAINERS, FinalJob, Hooks, Job, Plan
from tuner.training.fold_networks import FoldNetworks

if TYPE_CHECKING:
    import keras
    import keras_tuner

    from tuner.serving.trained_network import TrainedNetwork
    from tuner.training import Trainer

__all__ = ["AllRowsTraining", "train_members"]

_ATTEMPTS = 3  # the most attempts to train a network that does not learn
_ATTEMPT_STEP = 100  # between the network numbers, and so the random streams, of two attempts
_LOSS_ROWS = 10_000  # the most training rows on which a network's loss is computed
_CHUNK_ROWS = 256  # rows at once, so that wide networks and large images fit into memory


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
    fold_training = _FoldTraining(setup.problem, plan, hypermodel, trainer)
    network = apply_temperature(fold_training.run(members, folds, on_all_rows), temperature)
    return TrainedNetwork(network, schema, None, notes)


@dataclass(frozen=True, slots=True)
class _FoldTraining:
    """Gets the networks of folds, and averages them."""

    problem: Problem
    plan: Plan
    hypermodel: "keras_tuner.HyperModel"
    trainer: "Trainer"

    def run(
        self,
        members: Sequence[Member],
        folds: Sequence[int],
        on_all_rows: "Sequence[Sequence[keras.Model]]",
    ) -> "keras.Model":
        """Return the mean of the networks of some folds, and of others on all rows.

        It takes encoded rows that are not scaled.

        Args:
            members: The trials.
            folds: The numbers of the folds.
            on_all_rows: Further networks of each trial, which count as much as those of its folds;
                it may have none.
        """
        from tuner.model.averaging import average_folds
        from tuner.training.network_building import make_final_network

        jobs = [
            Job(member.trial, make_hyperparameters(member.hyperparameters), member.epoch)
            for member in members
        ]
        trained = self.trainer.train_on_folds(
            jobs, self.hypermodel, problem=self.problem, plan=self.plan
        )
        networks = [
            [
                make_final_network(each[fold], self.hypermodel, job.hyperparameters, self.problem)
                for fold in folds
            ]
            for job, each in zip(jobs, trained, strict=True)
        ]
        networks = [[*a, *b] for a, b in zip(networks, on_all_rows, strict=True)]
        rows = [self.problem.folds[fold].train for fold in folds]
        rows += [self.problem.rows] * max(map(len, on_all_rows))
        scalers = [scaler for each in rows if (scaler := self.problem.fit_scaler(each))]
        weights = [member.networks for member in members]
        return average_folds(networks, weights, scalers, folds=len(folds))


@dataclass(slots=True)
class _Attempted:
    """A network on all training rows: the best of its attempts so far.

    Attributes:
        final: How it is trained.
        limit: The training loss above which it did not learn as its folds did.
        network: The network.
        loss: Its mean training loss; infinity if it is NaN.
    """

    final: FinalJob
    limit: float
    network: "keras.Model"
    loss: float

    @property
    def failed(self) -> bool:
        """Whether no attempt learned as the networks of its folds did."""
        return self.loss > self.limit


@dataclass(frozen=True, slots=True)
class AllRowsTraining:
    """Trains networks on all training rows, and again if they do not learn.

    A network may collapse although its folds' networks did not, because a high learning rate
    occasionally kills all units of a layer. It is then trained from other initial weights. If it
    never learns, the attempt with the lowest loss is kept.

    Attributes:
        problem: The training rows.
        plan: How every network is trained.
        hypermodel: Builds the networks.
        trainer: Trains them.
        scaler: Fitted to the training rows.
        on_note: Receives a note about each network that is trained again or never learned.
    """

    problem: Problem
    plan: Plan
    hypermodel: "keras_tuner.HyperModel"
    trainer: "Trainer"
    scaler: Scaler
    on_note: Callable[[str], None]

    def run(
        self,
        members: Sequence[Member],
        records: Mapping[int, TrialRecord],
        split: Split,
    ) -> tuple[list[list["keras.Model"]], tuple[str, ...]]:
        """Train all networks of some members.

        Args:
            members: The members; one may have no networks on all rows.
            records: The trials of those that have, by number.
            split: The folds of the trials.

        Returns:
            The networks of each member, and a note about each that never learned.
        """
        finals = _list_finals(members, records, split)
        limits = {each.job.trial: self._compute_limit(records[each.job.trial]) for each in finals}
        attempted = [
            _Attempted(final, limits[final.job.trial], network, self._compute_loss(network))
            for final, network in zip(finals, self._train(finals), strict=True)
        ]
        for attempt in range(1, _ATTEMPTS):
            self._train_again([each for each in attempted if each.failed], attempt)
        never = [each for each in attempted if each.failed]
        notes = self._note(never, f"it is the best of {_ATTEMPTS} attempts, and exported")
        networks = iter([each.network for each in attempted])
        return [list(islice(networks, each.trained_on_all_rows)) for each in members], notes

    def _train_again(self, failed: Sequence[_Attempted], attempt: int) -> None:
        """Train networks from other initial weights, and keep those that are better."""
        self._note(failed, "it is trained again from other initial weights")
        step = attempt * _ATTEMPT_STEP
        finals = [replace(each.final, network=each.final.network + step) for each in failed]
        for each, network in zip(failed, self._train(finals), strict=True):
            loss = self._compute_loss(network)
            if loss < each.loss:
                each.network, each.loss = network, loss

    def _note(self, failed: Sequence[_Attempted], remedy: str) -> tuple[str, ...]:
        """Say what becomes of networks that did not learn."""
        notes = tuple(
            f"a network of trial {each.final.job.trial} did not learn on all training rows "
            f"(loss {each.loss:.3f}), although its folds' networks did; {remedy}"
            for each in failed
        )
        for note in notes:
            self.on_note(note)
        return notes

    def _train(self, finals: Sequence[FinalJob]) -> list["keras.Model"]:
        from tuner.training.network_building import make_final_network

        if not finals:
            return []
        networks = self.trainer.train_on_all_rows(
            finals, self.hypermodel, problem=self.problem, plan=self.plan
        )
        return [
            make_final_network(each, self.hypermodel, final.job.hyperparameters, self.problem)
            for each, final in zip(networks, finals, strict=True)
        ]

    def _compute_limit(self, record: TrialRecord) -> float:
        """Return the training loss above which a network did not learn as its folds did.

        It is half-way between the loss of the worst fold and the loss of always predicting the
        shares of the classes.
        """
        worst = max(fold[record.result.epoch - 1] for fold in record.result.curves["loss"])
        shares = np.bincount(self.problem.y[self.problem.rows])
        shares = shares[shares > 0] / shares.sum()
        constant_loss = float(-(shares * np.log(shares)).sum())
        if worst < constant_loss:
            return (worst + constant_loss) / 2
        return float(np.finfo(np.float64).max)  # any finite loss is below

    def _compute_loss(self, network: "keras.Model") -> float:
        """Return the mean training loss of a network; infinity if it is NaN."""
        problem = self.problem
        rows = problem.rows[:: -(-len(problem.rows) // _LOSS_ROWS)]
        parts = np.array_split(rows, -(-len(rows) // _CHUNK_ROWS))
        probabilities = [
            network(self.scaler.apply(problem.array[part]), training=False).numpy()
            for part in parts
        ]
        loss = float(cross_entropy(np.concatenate(probabilities), problem.y[rows]).mean())
        return np.inf if np.isnan(loss) else loss


def _list_finals(
    members: Sequence[Member], records: Mapping[int, TrialRecord], split: Split
) -> list[FinalJob]:
    """Return the networks of some members on all training rows, in the members' order."""
    finals = []
    for member in members:
        numbers = range(member.trained_on_all_rows)
        if not numbers:
            continue
        job = Job(member.trial, make_hyperparameters(member.hyperparameters))
        curves = records[member.trial].average_curves(split)  # a learning rate may depend on them
        finals += [FinalJob(job, member.epoch, number, curves) for number in numbers]
    return finals
