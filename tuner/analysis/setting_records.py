"""The comparison of a hyperparameter's settings: what each came to, and which can be told apart."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from tuner.analysis.pairs import Pair
from tuner.space import Value

__all__ = ["Comparison", "Setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, and the trial that stands for it.

    Attributes:
        value: The value that the setting's trials share.
        trials: How many trials the study has of it.
        trial: The number of the best completed trial of those compared; None without one.
        score: That trial's score; None without a trial.
        interval: The 95 % interval of one network's score, over rows and training; None without a
            trial. It is not corrected for the choice of the best trial.
        accuracy: The share of rows that the trial predicts right; None without a trial.
    """

    value: Value
    trials: int
    trial: int | None = None
    score: float | None = None
    interval: tuple[float, float] | None = None
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of all settings of a hyperparameter.

    Attributes:
        rounds: How many rounds are compared: that many trials of each setting, the first ones by
            number.
        settings: The settings, the best first; those without a completed trial last.
        pairs: The best setting and each other one with a completed trial, the better ones first.
        not_told_apart: The best setting and those that cannot be told apart from it. Empty if no
            trial was completed.
        open: Those of `not_told_apart` that more trials could tell apart from the best: their
            difference is large beside what two single networks differ by, but luck explains it too;
            or it is told by itself, but may be chance among so many settings; or luck hides any
            difference; or there are too few trials to say. A difference that is negligible wherever
            it is in its interval is not worth more trials.
        single_errors: The standard error of each pair's difference as that of two single networks,
            over rows and folds: what is within it is not worth more trials.
        unit: What each setting has in a round: a trial, or a draw of several trials, the best of
            which counts.
        spared: Those of `not_told_apart` that are behind, but by their cross-entropy alone, and of
            a trial that the limit of epochs ended (`tuner.analysis.answers.unfinished`).
    """

    rounds: int
    settings: tuple[Setting, ...]
    pairs: tuple[Pair[Value], ...]
    not_told_apart: tuple[Value, ...]
    open: tuple[Value, ...] = ()
    single_errors: tuple[float, ...] = ()
    unit: Literal["trial", "draw"] = "trial"
    spared: tuple[Value, ...] = ()

    def find_pair(self, other: Value) -> Pair[Value] | None:
        """Return the pair of the best setting and another; None if there is none."""
        return next((pair for pair in self.pairs if pair.second == other), None)

    def without_differences(self) -> "Comparison":
        """Return the comparison with no setting told apart from the best."""
        tried = tuple(setting.value for setting in self.settings if setting.trial is not None)
        pairs = tuple(replace(pair, told_apart=False) for pair in self.pairs)
        return replace(self, pairs=pairs, not_told_apart=tried, open=(), spared=())

    def spare(self, values: Collection[Value]) -> "Comparison":
        """Return the comparison with some settings that are worse, or open, as spared ones."""
        spared = tuple(setting.value for setting in self.settings if setting.value in values)
        alike = {*self.not_told_apart, *spared}
        pairs = [replace(p, told_apart=False) if p.second in spared else p for p in self.pairs]
        return replace(
            self,
            pairs=tuple(pairs),
            not_told_apart=tuple(s.value for s in self.settings if s.value in alike),
            open=tuple(value for value in self.open if value not in spared),
            spared=spared,
        )
