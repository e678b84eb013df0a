"""The findings of a comparison, and the parts of sentences that tell them in plain words."""

from dataclasses import dataclass
from functools import cached_property

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.pairs import Pair
from tuner.analysis.setting_comparison import Comparison, Setting
from tuner.space import Value
from tuner.words import count_noun, say_difference, say_name, say_shares, say_with

__all__ = ["Findings"]


@dataclass(frozen=True)
class Findings:
    """The comparison of a hyperparameter's settings, as the sentences on it need it.

    Attributes:
        evidence: The study's evidence.
        name: The name of the hyperparameter.
        comparison: The comparison of its settings.
    """

    evidence: Evidence
    name: str
    comparison: Comparison

    @cached_property
    def tried(self) -> tuple[Setting, ...]:
        """The settings with a completed trial, the best first."""
        return tuple(s for s in self.comparison.settings if s.trial is not None)

    @property
    def best(self) -> Setting:
        """The setting with the best score."""
        return self.tried[0]

    @cached_property
    def alike(self) -> tuple[Setting, ...]:
        """The settings that cannot be told apart from the best, which is the first of them."""
        return tuple(s for s in self.tried if s.value in self.comparison.not_told_apart)

    @cached_property
    def worse(self) -> tuple[Setting, ...]:
        """The settings that are told apart from the best, the worst last."""
        return tuple(s for s in self.tried if s.value not in self.comparison.not_told_apart)

    def find(self, value: Value) -> Setting | None:
        """Return a setting that has a completed trial, by its value."""
        return next((setting for setting in self.tried if setting.value == value), None)

    def find_pair(self, other: Setting) -> Pair[Value]:
        """Return the difference between the best setting and another."""
        return next(
            pair
            for pair in self.comparison.pairs
            if {pair.first, pair.second} == {self.best.value, other.value}
        )

    def get_accuracy(self, setting: Setting) -> float | None:
        """Return the share of rows that the setting's trial predicts right; None if unknown."""
        record = next(r for r in self.evidence.records if r.trial == setting.trial)
        return record.result.scores.get("accuracy")

    def describe(self, setting: Setting) -> str:
        """Return how good a setting is.

        For example "with 64 units 97 % of rows are right (cross-entropy 0.096)".
        """
        score = f"{say_name(self.evidence.objective)} {setting.score:.3f}"
        accuracy = self.get_accuracy(setting)
        if accuracy is None:
            return f"{say_with(self.name, setting.value)} the {score.replace(' ', ' is ')}"
        (share,) = say_shares([accuracy])
        right = f"{say_with(self.name, setting.value)} {share} of rows are right"
        return right if self.evidence.objective == "accuracy" else f"{right} ({score})"

    def describe_against(self, other: Setting, condition: str = "") -> str:
        """Return how good the best setting is beside another, and the difference.

        For example "with 64 units 97 % of rows are right, with 8 units 90 % (cross-entropy 0.096
        against 0.301; the difference is 0.20, between 0.15 and 0.25)".

        Args:
            other: The other setting.
            condition: What to call it. Defaults to `say_with`.
        """
        pair = self.find_pair(other)
        difference = f"the difference is {say_difference(pair.difference, pair.interval)}"
        first = say_with(self.name, self.best.value)
        second = condition or say_with(self.name, other.value)
        score = say_name(self.evidence.objective)
        accuracies = self.get_accuracy(self.best), self.get_accuracy(other)
        if accuracies[0] is None or accuracies[1] is None:
            return (
                f"{first} the {score} is {self.best.score:.3f}, {second} {other.score:.3f}; "
                f"{difference}"
            )
        shares = say_shares([accuracies[0], accuracies[1]])
        scores = f"{score} {self.best.score:.3f} against {other.score:.3f}; "
        if self.evidence.objective == "accuracy":
            scores = ""
        return f"{first} {shares[0]} of rows are right, {second} {shares[1]} ({scores}{difference})"

    def describe_undecided(self, other: Setting, condition: str = "") -> str:
        """Return that the question cannot be answered yet, and what may answer it."""
        trials = count_noun(len(self.evidence.records), "trial")
        return (
            f"It cannot be told from {trials}: {self.describe_against(other, condition)}"
            f"{self.evidence.describe_more()}."
        )

    def describe_untried(self) -> str:
        """Return that too few settings have a completed trial to be compared."""
        trials = count_noun(len(self.evidence.records), "trial")
        if not self.tried:
            return f"It cannot be told: none of {trials} was completed."
        return (
            f"It cannot be told from {trials}, because only one setting was completed: "
            f"{self.describe(self.best)}{self.evidence.describe_more()}."
        )
