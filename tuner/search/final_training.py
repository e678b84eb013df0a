"""What is trained after a search, and how long that takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tuner.folds import Split
from tuner.study import (
    are_trained_again,
    estimate_network_seconds,
    find_share,
    have_seen_most,
)
from tuner.training import TrialResult

__all__ = ["FinalTraining", "plan_final_training"]

_PREPARING_SECONDS = 0.5  # to prepare the training on all rows
_TRACE_SECONDS = 0.5  # to trace each network, if each has another architecture
_AVERAGING_SECONDS = 1.0  # to average the networks of folds


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalTraining:
    """The final training of a search.

    Attributes:
        count_rounds: Returns its duration in units of the time of a fold with as many rows and
            epochs. It is called each time, because the trainer may change during a search.
        share: The number of all training rows, as a share of the rows on which a trial trains over
            all its folds.
        networks: How many networks it trains.
        averages_folds: Whether networks of folds are exported, which the search has.
        are_trained_again: Returns whether networks are trained on all rows, by the best trials;
            those of the folds alone are exported otherwise.
    """

    count_rounds: Callable[[], float]
    share: float
    networks: int = 1
    averages_folds: bool = False
    are_trained_again: Callable[[Sequence[TrialResult]], bool] = lambda best: True

    def estimate_seconds(
        self, best: Sequence[TrialResult], elapsed: float, *, trains_again: bool | None
    ) -> float:
        """Return about how long it takes.

        Args:
            best: The best trials so far.
            elapsed: The seconds since the search began. Before a trial has ended, the best one may
                be one that trains since then.
            trains_again: Whether networks are trained on all rows. None if it was not decided.
        """
        averaging = _AVERAGING_SECONDS if self.averages_folds else 0.0
        if trains_again is None:
            running = TrialResult(0, "completed", epoch=1, seconds=elapsed)
            trains_again = self.are_trained_again(best or [running])
        if not trains_again:
            return averaging
        if not best:
            return averaging + elapsed * self.share
        network_seconds = estimate_network_seconds(best, self.share)
        tracing = _PREPARING_SECONDS + _TRACE_SECONDS * self.networks
        return averaging + tracing + self.count_rounds() * network_seconds


def plan_final_training(
    count_rounds: Callable[[], float],
    networks: int,
    split: Split,
    *,
    keeps_networks: bool,
    max_seconds: float | None,
) -> FinalTraining:
    """Return the final training of a search.

    Args:
        count_rounds: As in `FinalTraining`.
        networks: How many networks it trains.
        split: The study's folds.
        keeps_networks: Whether the search keeps the networks of folds.
        max_seconds: The time limit of the search; None for no limit.
    """
    final = partial(
        FinalTraining, count_rounds=count_rounds, share=find_share(split), networks=networks
    )
    if not keeps_networks:
        return final()
    return final(
        averages_folds=have_seen_most(split),
        are_trained_again=partial(are_trained_again, split=split, max_seconds=max_seconds),
    )
