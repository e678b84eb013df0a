"""The findings of a comparison: which settings are as good as the best, worse, or unclear."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tuner.analysis.answers.binning import Binning, bin_trials
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.pairs import Pair
from tuner.analysis.setting_comparison import may_matter
from tuner.analysis.setting_records import Comparison, Setting
from tuner.space import Value
from tuner.study import FEWEST_ROUNDS
from tuner.words import get_told_share

__all__ = ["Findings"]

# of what the best setting gains over guessing: what is behind by less does as well for most
_LARGE = 0.2


@dataclass(frozen=True)
class Findings:
    """The comparison of a hyperparameter's settings, as the sentences on it need it.

    Each setting but the best one is either worse, or as good, or unclear: more trials could tell it
    apart from the best, or more rows.

    Attributes:
        evidence: The study's evidence.
        name: The name of the hyperparameter.
    """

    evidence: Evidence
    name: str

    @property
    def comparison(self) -> Comparison:
        """The comparison of its settings."""
        return compare_hyperparameter(self.evidence, self.name)

    @cached_property
    def binning(self) -> Binning:
        """The settings with a trial, and which trial is of which."""
        return bin_trials(self.evidence, self.name)

    @cached_property
    def tried(self) -> tuple[Setting, ...]:
        """The settings with a completed trial, the best first."""
        return tuple(s for s in self.comparison.settings if s.trial is not None)

    @property
    def best(self) -> Setting:
        """The setting with the best score."""
        return self.tried[0]

    @cached_property
    def worse(self) -> tuple[Setting, ...]:
        """The settings that are told apart from the best, the worst last."""
        return tuple(s for s in self.tried if s.value not in self.comparison.not_told_apart)

    @cached_property
    def open(self) -> tuple[Setting, ...]:
        """The settings that more trials could tell apart from the best."""
        return tuple(s for s in self.tried if s.value in self.comparison.open)

    @cached_property
    def spared(self) -> tuple[Setting, ...]:
        """The settings that are behind by a cross-entropy that was still falling."""
        return tuple(s for s in self.tried if s.value in self.comparison.spared)

    @cached_property
    def short_of_rows(self) -> tuple[Setting, ...]:
        """The settings that more rows could tell apart from the best, but not more trials.

        They may be behind it by a large share of what it gains over guessing. Where few trials are
        the reason why they are not told apart, rows would not help.
        """
        guessing = self.evidence.guessing
        if guessing is None or self.best.score is None or self.comparison.rounds < FEWEST_ROUNDS:
            return ()
        gain = abs(guessing.scores[self.evidence.objective].value - self.best.score)

        def may_be_far(pair: Pair[Value]) -> bool:
            return may_matter(pair) and max(abs(end) for end in pair.interval) > _LARGE * gain

        settled = {self.best, *self.worse, *self.open, *self.spared}
        pairs = {s: self.find_pair(s) for s in self.tried if s not in settled}
        return tuple(s for s, p in pairs.items() if not p.excludes_zero and may_be_far(p))

    @cached_property
    def unclear(self) -> tuple[Setting, ...]:
        """The settings that more trials or more rows could tell apart from the best."""
        return tuple(s for s in self.tried if s in self.open or s in self.short_of_rows)

    @cached_property
    def as_good(self) -> tuple[Setting, ...]:
        """The settings that are as good as the best on these rows, itself the first of them."""
        return tuple(s for s in self.tried if s not in self.worse and s not in self.unclear)

    @cached_property
    def failed(self) -> tuple[Setting, ...]:
        """The settings all of whose trials failed."""
        trained = [r for r in self.evidence.records if r.result.status != "failed"]
        values = {self.binning.get_setting(record) for record in trained}
        return tuple(s for s in self.comparison.settings if s.value not in values)

    @property
    def is_premature(self) -> bool:
        """Whether there are too few trials to say of any other setting how it compares."""
        return () != self.unclear == self.tried[1:] and self.comparison.rounds < FEWEST_ROUNDS

    def sort(self, settings: Sequence[Setting]) -> list[Setting]:
        """Return settings from the smallest value to the largest; texts by name."""
        return sorted(settings, key=lambda setting: self.binning.order.index(setting.value))

    def find(self, value: Value) -> Setting | None:
        """Return a setting that has a completed trial, by its value."""
        return next((setting for setting in self.tried if setting.value == value), None)

    def find_pair(self, other: Setting) -> Pair[Value]:
        """Return the difference between the best setting and another."""
        pair = self.comparison.find_pair(other.value)
        assert pair is not None  # each other setting with a completed trial has one
        return pair

    def get_told_share(self, setting: Setting) -> float | None:
        """Return a setting's share of right rows; None if sentences on the objective tell none."""
        return get_told_share(self.evidence.objective, setting.accuracy)
