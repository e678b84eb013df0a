"""Train networks on all training rows, again if they do not learn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from tuner.analysis import Member
from tuner.data import Scaler
from tuner.errors import NetworkDiverged
from tuner.folds import Split
from tuner.problem import Problem
from tuner.run.setup import make_hyperparameters
from tuner.scoring import cross_entropy
from tuner.study import TrialRecord
from tuner.training import FinalJob, Job, Plan

if TYPE_CHECKING:
    import keras
    import keras_tuner

    from tuner.training import Trainer

__all__ = ["AllRowsTraining"]

_ATTEMPTS = 3  # the most attempts to train a network that does not learn
_DIVERGED_ATTEMPTS = 10  # of one that diverges, which cannot be used at all
_ATTEMPT_STEP = 100  # between the network numbers, and so the random streams, of two attempts
_LOSS_ROWS = 10_000  # the most training rows on which a network's loss is computed
_LOSS_NUMBERS = 2**22  # the most numbers that these have
_CHUNK_ROWS = 256  # rows at once, so that wide networks and large images fit into memory


@dataclass(slots=True)
class _Attempted:
    """A network on all training rows: the best of its attempts so far.

    Attributes:
        final: How it is trained.
        limit: The training loss above which it did not learn as its folds did.
        network: The network.
        loss: Its mean training loss; infinity if it is NaN.
        attempts: How many there were. Defaults to 1.
    """

    final: FinalJob
    limit: float
    network: "keras.Model"
    loss: float
    attempts: int = 1

    @property
    def failed(self) -> bool:
        """Whether no attempt learned as the networks of its folds did."""
        return self.loss > self.limit

    @property
    def diverged(self) -> bool:
        """Whether all attempts diverged."""
        return self.loss == np.inf


@dataclass(frozen=True, slots=True)
class AllRowsTraining:
    """Trains networks on all training rows, and again if they do not learn.

    A network may collapse although its folds' networks did not, because a high learning rate
    occasionally kills all units of a layer. It is then trained from other initial weights. If it
    never learns, the attempt with the lowest loss is kept, unless all of them diverged.

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

        Raises:
            NetworkDiverged: All attempts to train one of them diverged.
        """
        finals = _list_finals(members, records, split)
        limits = {each.job.trial: self._compute_limit(records[each.job.trial]) for each in finals}
        attempted = [
            _Attempted(final, limits[final.job.trial], network, self._compute_loss(network))
            for final, network in zip(finals, self._train(finals), strict=True)
        ]
        for attempt in range(1, _ATTEMPTS if members[0].folds else _DIVERGED_ATTEMPTS):
            is_due = attempt < _ATTEMPTS
            again = [each for each in attempted if each.diverged or (is_due and each.failed)]
            self._train_again(again, attempt)
        if diverged := next((each for each in attempted if each.diverged), None):
            raise NetworkDiverged(
                f"trial {diverged.final.job.trial}: its network diverged on all training rows in "
                f"{diverged.attempts} attempts, but on its folds it did not; export another trial "
                "by its number, with --pick, or search smaller learning rates"
            )
        notes = self._note([each for each in attempted if each.failed])
        networks = iter([each.network for each in attempted])
        return [list(islice(networks, each.trained_on_all_rows)) for each in members], notes

    def _train_again(self, failed: Sequence[_Attempted], attempt: int) -> None:
        """Train networks from other initial weights, and keep those that are better."""
        self._note(failed, is_trained_again=True)
        step = attempt * _ATTEMPT_STEP
        finals = [replace(each.final, network=each.final.network + step) for each in failed]
        for each, network in zip(failed, self._train(finals), strict=True):
            each.attempts += 1
            loss = self._compute_loss(network)
            if loss < each.loss:
                each.network, each.loss = network, loss

    def _note(
        self, failed: Sequence[_Attempted], *, is_trained_again: bool = False
    ) -> tuple[str, ...]:
        """Say what becomes of networks that did not learn."""
        notes = []
        for each in failed:
            how = f"did not learn on all training rows (loss {each.loss:.3f})"
            if each.diverged:
                how = "diverged on all training rows"
            remedy = f"it is the best of {each.attempts} attempts, and exported"
            if is_trained_again:
                remedy = "it is trained again from other initial weights"
            trial = each.final.job.trial
            notes.append(f"a network of trial {trial} {how}, unlike its folds' networks; {remedy}")
        for note in notes:
            self.on_note(note)
        return tuple(notes)

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
        most = min(_LOSS_ROWS, max(_LOSS_NUMBERS // problem.row_elements, _CHUNK_ROWS))
        rows = problem.rows[:: -(-len(problem.rows) // most)]
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
