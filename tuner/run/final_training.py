"""Trains what a study picked on all of its training rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tuner.analysis import Member
from tuner.data import Scaler
from tuner.problem import Problem
from tuner.run.setup import Setup, make_hypermodel, make_hyperparameters
from tuner.scoring import cross_entropy
from tuner.study import TrialRecord
from tuner.training import TRAINERS, FinalJob, Job, Plan

if TYPE_CHECKING:
    import keras
    import keras_tuner

    from tuner.serving.trained_network import TrainedNetwork
    from tuner.training import Trainer

__all__ = ["train_members"]

_ATTEMPTS = 3  # at a network that does not learn
_APART = 100  # network numbers between two attempts
_ROWS = 10_000  # training rows by which a network is judged, at most
_AT_ONCE = 256  # of them, so that wide networks and large pictures stay small in memory


def train_members(
    setup: Setup,
    records: Mapping[int, TrialRecord],
    members: Sequence[Member],
    on_note: Callable[[str], None] = lambda note: None,
    *,
    temperature: float = 1.0,
) -> "TrainedNetwork":
    """Return networks that are trained on all training rows, as one that averages them.

    Args:
        setup: The study's space, data and settings.
        records: The study's trials by number.
        members: Which networks.
        on_note: Is told of a network that had to be trained again, and of one that never learned.
        temperature: What the averaged probabilities are calibrated by; 1 leaves them as they are.
    """
    from tuner.model.averaging import average_networks
    from tuner.model.temperature import apply_temperature
    from tuner.serving.trained_network import TrainedNetwork

    problem = setup.problem
    scaler = problem.fit_scaler(problem.rows)
    assert scaler is not None  # the data of a study are always scaled
    trainer, plan = TRAINERS[setup.settings.trainer](), setup.settings.plan
    training = _FinalTraining(problem, plan, make_hypermodel(setup), trainer, scaler, on_note)
    networks, notes = training.run([(m, records[m.trial]) for m in members])
    network = apply_temperature(average_networks(networks), temperature)
    return TrainedNetwork(network, setup.dataset.schema, scaler, notes)


@dataclass(frozen=True, slots=True)
class _FinalTraining:
    problem: Problem
    plan: Plan
    hypermodel: "keras_tuner.HyperModel"
    trainer: "Trainer"
    scaler: Scaler
    on_note: Callable[[str], None]

    def run(
        self, members: Sequence[tuple[Member, TrialRecord]]
    ) -> tuple[list["keras.Model"], tuple[str, ...]]:
        """Train all networks; those that did not learn again, from other initial weights.

        A network may collapse where those of the folds did not: a high learning rate kills all
        units of a layer once in so many times. Of one that never learns, the attempt with the
        least loss is kept, and a sentence says so.
        """
        finals, limits = [], []
        for member, record in members:
            job = Job(member.trial, make_hyperparameters(member.hyperparameters))
            finals += [FinalJob(job, member.epoch, network) for network in range(member.networks)]
            limits += [self._limit(record)] * member.networks
        networks = self._train(finals)
        losses = [self._loss(network) for network in networks]
        for attempt in range(1, _ATTEMPTS):
            again = [n for n, loss in enumerate(losses) if loss > limits[n]]
            if not again:
                break
            self._tell(finals, losses, again, "it is trained again from other initial weights")
            others = [
                replace(finals[n], network=finals[n].network + attempt * _APART) for n in again
            ]
            for number, network in zip(again, self._train(others), strict=True):
                loss = self._loss(network)
                if loss < losses[number]:
                    networks[number], losses[number] = network, loss
        never = [n for n, loss in enumerate(losses) if loss > limits[n]]
        what = f"it is the best of {_ATTEMPTS} attempts, and exported"
        return networks, self._tell(finals, losses, never, what)

    def _tell(
        self, finals: Sequence[FinalJob], losses: Sequence[float], which: Sequence[int], what: str
    ) -> tuple[str, ...]:
        notes = tuple(
            f"a network of trial {finals[number].job.trial} did not learn on all training rows "
            f"(loss {losses[number]:.3f}), as those of its folds did; {what}"
            for number in which
        )
        for note in notes:
            self.on_note(note)
        return notes

    def _train(self, finals: Sequence[FinalJob]) -> list["keras.Model"]:
        return self.trainer.train_on_all_rows(
            finals,
            self.hypermodel,
            problem=self.problem,
            plan=self.plan,
        )

    def _limit(self, record: TrialRecord) -> float:
        """Return the training loss above which a network did not learn as its folds did.

        Half-way from the worst fold's to that of knowing the shares of the classes only.
        """
        worst = max(fold[record.result.epoch - 1] for fold in record.result.curves["loss"])
        shares = np.bincount(self.problem.y[self.problem.rows])
        shares = shares[shares > 0] / shares.sum()
        ignorant = float(-(shares * np.log(shares)).sum())
        if worst < ignorant:
            return (worst + ignorant) / 2
        return float(np.finfo(np.float64).max)  # whatever is a number

    def _loss(self, network: "keras.Model") -> float:
        """Return the mean training loss of a network; infinity where it is not a number."""
        problem = self.problem
        few = problem.rows[:: -(-len(problem.rows) // _ROWS)]
        parts = np.array_split(few, -(-len(few) // _AT_ONCE))
        probabilities = [
            network(self.scaler.apply(problem.x[part]), training=False).numpy() for part in parts
        ]
        loss = float(cross_entropy(np.concatenate(probabilities), problem.y[few]).mean())
        return np.inf if np.isnan(loss) else loss
