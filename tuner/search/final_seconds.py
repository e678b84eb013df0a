"""How long what is trained after a search takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tuner.folds import Split
from tuner.study import (
    NETWORKS,
    estimate_network_seconds,
    find_all_rows_share,
    have_seen_most,
    trains_on_all_rows,
)
from tuner.training import TrialResult

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
        fold_networks: How many networks of folds are exported, which the search has.
        decide_all_rows: Returns whether networks are trained on all rows, by the best trials;
            those of the folds alone are exported otherwise.
    """

    count_fold_times: Callable[[], float]
    all_rows_share: float
    networks: int = 1
    fold_networks: int = 0
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
        averaging = 0.0
        if self.fold_networks:
            averaging = _AVERAGING_SECONDS + _BUILDING_SECONDS * self.fold_networks
        averaging *= slowness
        if trains_on_all_rows is None:
            running = TrialResult(0, "completed", epoch=1, seconds=elapsed)
            trains_on_all_rows = self.decide_all_rows(best or [running])
        if not trains_on_all_rows:
            return averaging
        if not best:
            return averaging + elapsed * self.all_rows_share
        network_seconds = estimate_network_seconds(best, self.all_rows_share)
        tracing = slowness * (_PREPARING_SECONDS + _TRACE_SECONDS * self.networks)
        return averaging + tracing + self.count_fold_times() * network_seconds


def make_final_seconds(
    estimate_fold_times: Callable[[int], float],
    split: Split,
    *,
    keeps_networks: bool,
    max_seconds: float | None,
) -> FinalSeconds:
    """Return what estimates the final training of a search.

    Args:
        estimate_fold_times: Returns how long it takes to train so many networks, in times of a fold
            with as many rows and epochs.
        split: The study's folds.
        keeps_networks: Whether the search keeps the networks of folds, for an ensemble; otherwise
            one network is trained.
        max_seconds: The time limit of the search; None for no limit.
    """
    networks = NETWORKS if keeps_networks else 1
    has_fold_networks = keeps_networks and have_seen_most(split)

    def decide_all_rows(best: Sequence[TrialResult]) -> bool:
        return not keeps_networks or trains_on_all_rows(best, split, max_seconds)

    return FinalSeconds(
        count_fold_times=partial(estimate_fold_times, networks),
        all_rows_share=find_all_rows_share(split),
        networks=networks,
        fold_networks=NETWORKS * len(split.folds) if has_fold_networks else 0,
        decide_all_rows=decide_all_rows,
    )
