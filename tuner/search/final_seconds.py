"""How long what is trained after a search takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tuner.folds import Split
from tuner.study import (
    NETWORKS,
    count_seconds_to_best,
    estimate_network_seconds,
    find_all_rows_share,
    have_seen_most,
    trains_on_all_rows,
)
from tuner.training import Trainer, TrialResult
from tuner.training.fold_networks import FoldNetworks

__all__ = ["FinalSeconds", "make_final_seconds"]

_PREPARING_SECONDS = 0.5  # to prepare the training on all rows
_TRACE_SECONDS = 0.5  # to trace each network, if each has another architecture
_AVERAGING_SECONDS = 0.5  # to average the networks of folds
_BUILDING_SECONDS = 0.1  # to make a Keras network of each


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalSeconds:
    """Estimates how long the final training of a search takes.

    Attributes:
        count_fold_times: Returns it in times of a fold with as many rows and epochs. It is called
            each time, because the trainer may change during a search.
        all_rows_share: The number of all training rows, as a share of the rows on which a trial
            trains over all its folds.
        networks: How many networks are trained.
        fold_networks: How many networks of folds are exported.
        has_fold_networks: Returns whether the search has those of a trial. Others are trained
            again.
        estimate_training_again: Returns how long some trials take that are trained again together,
            by the seconds of each.
        decide_all_rows: Returns whether networks are trained on all rows, by the best trials;
            those of the folds alone are exported otherwise.
    """

    count_fold_times: Callable[[], float]
    all_rows_share: float
    networks: int = 1
    fold_networks: int = 0
    has_fold_networks: Callable[[int], bool] = lambda trial: True
    estimate_training_again: Callable[[Sequence[float]], float] = sum
    decide_all_rows: Callable[[Sequence[TrialResult]], bool] = lambda best: True

    def estimate_seconds(
        self,
        best: Sequence[TrialResult],
        elapsed: float,
        *,
        trains_on_all_rows: bool | None,
        slowness: float = 1.0,
    ) -> float:
        """Return the seconds.

        Args:
            best: The best trials so far, the best of all first.
            elapsed: The seconds since the search began. Before a trial has ended, the best one may
                be one that trains since then.
            trains_on_all_rows: Whether networks are trained on all rows. None if that is open.
            slowness: How many times longer all takes that trials do not tell.
        """
        folds = self._estimate_folds(best, slowness)
        if trains_on_all_rows is None:
            running = TrialResult(0, "completed", epoch=1, seconds=elapsed)
            trains_on_all_rows = self.decide_all_rows(best or [running])
        if not trains_on_all_rows:
            return folds
        if not best:
            return folds + elapsed * self.all_rows_share
        network_seconds = estimate_network_seconds(best, self.all_rows_share)
        tracing = slowness * (_PREPARING_SECONDS + _TRACE_SECONDS * self.networks)
        return folds + tracing + self.count_fold_times() * network_seconds

    def _estimate_folds(self, best: Sequence[TrialResult], slowness: float) -> float:
        """Return the seconds of averaging the networks of folds, and of training those lost."""
        if not self.fold_networks:
            return 0.0
        averaging = slowness * (_AVERAGING_SECONDS + _BUILDING_SECONDS * self.fold_networks)
        lost = [
            count_seconds_to_best(each) for each in best if not self.has_fold_networks(each.trial)
        ]
        if not lost:
            return averaging
        tracing = slowness * (_PREPARING_SECONDS + _TRACE_SECONDS * len(lost))
        return averaging + tracing + self.estimate_training_again(lost)


def make_final_seconds(
    trainer: Trainer,
    split: Split,
    *,
    kept: FoldNetworks | None,
    max_seconds: float | None,
) -> FinalSeconds:
    """Return what estimates the final training of a search.

    Args:
        trainer: Trains the final networks.
        split: The study's folds.
        kept: The networks of folds that the search keeps, for an ensemble. None if it keeps none:
            then one network is trained.
        max_seconds: The time limit of the search; None for no limit.
    """
    networks = 1 if kept is None else NETWORKS
    exports_folds = kept is not None and have_seen_most(split)

    def decide_all_rows(best: Sequence[TrialResult]) -> bool:
        return kept is None or trains_on_all_rows(best, split, max_seconds)

    return FinalSeconds(
        count_fold_times=partial(trainer.estimate_fold_times, networks),
        all_rows_share=find_all_rows_share(split),
        networks=networks,
        fold_networks=NETWORKS * len(split.folds) if exports_folds else 0,
        has_fold_networks=lambda trial: kept is not None and trial in kept,
        estimate_training_again=trainer.estimate_training_again,
        decide_all_rows=decide_all_rows,
    )
