"""The findings of a comparison, and the parts of sentences that tell them in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tuner.analysis.answers.binning import Binning, bin_trials
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.answers.more_trials import describe_more_trials
from tuner.analysis.pairs import LEVEL, Pair
from tuner.analysis.setting_comparison import may_matter
from tuner.analysis.setting_records import Comparison, Setting
from tuner.space import Value
from tuner.study import FEWEST_ROUNDS
from tuner.words import (
    count_noun,
    get_told_share,
    say_count,
    say_difference,
    say_name,
    say_share,
    say_shares,
    say_thing,
    say_things,
    say_with,
)

__all__ = ["UNDECIDED", "Findings"]

UNDECIDED = "It cannot be told"
"""The begin of an answer to a question that is open."""

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
        if guessing is None or self.best.score is None or self.comparison.share < FEWEST_ROUNDS:
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
        return () != self.unclear == self.tried[1:] and self.comparison.share < FEWEST_ROUNDS

    @property
    def trials(self) -> str:
        """How many trials there are, in words."""
        return count_noun(len(self.evidence.records), "trial")

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

    def say_with(self, setting: Setting, *, again: bool = False) -> str:
        """Return a setting as the condition of a result: "with four hidden layers".

        Args:
            setting: The setting.
            again: Whether it follows another one, so that a depth needs no noun: "with one".
        """
        record = next(r for r in self.evidence.records if r.trial == setting.trial)
        if self.name != "depth":
            return say_with(self.name, setting.value)
        units = f" of {say_thing('units', width)}" if (width := record.derived.get("units")) else ""
        if not again:
            return say_with(self.name, setting.value) + (units if setting.value else "")
        if setting.value == 0:
            return "without any"
        return f"with {say_count(int(setting.value))}{units}"

    def describe(self, setting: Setting) -> str:
        """Return how good a setting is.

        For example "with 64 units 97 % of rows are right (cross-entropy 0.096)".
        """
        condition, score = self.say_with(setting), say_name(self.evidence.objective)
        share = self.get_told_share(setting)
        if share is None:
            return f"{condition} the {score} is {setting.score:.3f}"
        (said,) = say_shares([share])
        right = f"{condition} {said} of rows are right"
        if self.evidence.objective == "accuracy":
            return right
        return f"{right} ({score} {setting.score:.3f})"

    def describe_against(self, other: Setting) -> str:
        """Return how good the best setting is beside another, and the difference.

        For example "with 64 units 97 % of rows are right, with 8 units 90 % (cross-entropy 0.096
        against 0.301; the difference is 0.20, between 0.15 and 0.25)". Where the other one has as
        many right rows or more, it says that the score decides, or that the limit of epochs ended
        its training; where the interval has no 0 in it and yet they are not told apart, it says
        why.
        """
        pair = self.find_pair(other)
        difference = f"the difference is {say_difference(pair.difference, pair.interval)}"
        if pair.excludes_zero and not pair.told_apart and other not in self.spared:
            difference += f", which may be chance {self._say_why_chance(pair)}"
        first, second = self.say_with(self.best), self.say_with(other, again=True)
        score = say_name(self.evidence.objective)
        own_share, other_share = self.get_told_share(self.best), self.get_told_share(other)
        own, others = self._say_scores(other)
        if other in self.spared:
            epochs = count_noun(self.evidence.study.settings.epochs, "epoch")
            others += f", still falling after {epochs}"
        if own_share is None or other_share is None:
            return f"{first} the {score} is {own}, {second} {others}; {difference}"
        shares = say_shares([own_share, other_share])
        as_right = other_share > own_share or shares[0] == shares[1]  # yet behind by the score
        decides = as_right and other not in self.spared
        named = f"the {score} decides:" if decides else score
        scores = f"{named} {own} against {others}; "
        if self.evidence.objective == "accuracy":
            scores = ""
        return f"{first} {shares[0]} of rows are right, {second} {shares[1]} ({scores}{difference})"

    def _say_scores(self, other: Setting) -> list[str]:
        """Return the scores of the best setting and another, with digits that tell them apart."""
        scores = [score for score in (self.best.score, other.score) if score is not None]
        texts = [[f"{score:.{decimals}f}" for score in scores] for decimals in (3, 4, 5, 6)]
        return next((each for each in texts if len(set(each)) > 1), texts[0])

    def get_told_share(self, setting: Setting) -> float | None:
        """Return a setting's share of right rows; None if sentences on the objective tell none."""
        return get_told_share(self.evidence.objective, setting.accuracy)

    def _say_why_chance(self, pair: Pair[Value]) -> str:
        """Return why a difference whose interval has no 0 in it may be chance."""
        if pair.p <= LEVEL:  # by itself it is told
            return f"among {say_count(len(self.tried))} settings"
        return f"with {count_noun(self.comparison.share, self.comparison.unit)} of each"

    def describe_others(self, settings: Sequence[Setting] | None = None) -> str:
        """Return which other settings are as good, or may be, as the end of a sentence.

        Args:
            settings: Those to mention. Defaults to all.
        """
        mentioned = self.tried if settings is None else settings
        good = [s for s in self.sort(self.as_good) if s in mentioned and s is not self.best]
        open_ones = [s for s in self.sort(self.open) if s in mentioned]
        short = [s for s in self.sort(self.short_of_rows) if s in mentioned]
        parts = []
        if good:
            right = _say_right_too(self, good[0]) if len(good) == 1 else ""
            parts.append(f"; {self._say_as_well(good)} on these rows{right}")
        if short:
            parts.append(f"; whether {self._say_as_well(short)} takes more rows to tell")
        if open_ones:
            parts.append(f"; whether {self._say_as_well(open_ones)} cannot be told yet")
        return "".join(parts)

    def _say_as_well(self, settings: Sequence[Setting]) -> str:
        """Return that some settings do as well: "two hidden layers do as well".

        "No dropout does as well" would say the opposite, so a setting that lacks the thing comes
        first, as "it does as well without dropout".
        """
        values = [setting.value for setting in self.sort(settings)]
        if (condition := say_with(self.name, values[0])).startswith("without "):
            also = f" and with {say_things(self.name, values[1:])}" if len(values) > 1 else ""
            return f"it does as well {condition}{also}"
        things = say_things(self.name, values)
        several = len(values) > 1 or things.endswith(("layers", "units", "blocks", "filters"))
        return f"{things} {'do' if several else 'does'} as well"

    def describe_undecided(self, other: Setting) -> str:
        """Return that the question cannot be answered yet, and what may answer it.

        Args:
            other: A setting that is unclear.
        """
        if other in self.short_of_rows:
            rows = f"these {self.evidence.study.split.scored_rows:,} rows"
            against = self.describe_against(other)
            return f"{UNDECIDED} from {rows}: {against}; more trials would not tell, more rows may."
        more = ""
        if self.evidence.compared in (None, self.name):  # others are drawn once for all settings
            more = describe_more_trials(self.evidence, self.comparison, self.find_pair(other))
        share = self.comparison.share
        of_each = f"{say_count(share)} of each setting"
        if self.comparison.unit == "draw":
            of_each = f"{count_noun(share, 'draw')} of each setting"
        few = f", only {of_each}" if share < FEWEST_ROUNDS else ""
        return f"{UNDECIDED} from {self.trials}{few}: {self.describe_against(other)}{more}."

    def describe_untried(self) -> str:
        """Return that too few settings have a completed trial to be compared."""
        if not self.tried:
            return f"{UNDECIDED}: none of {self.trials} was completed."
        return (
            f"{UNDECIDED} from {self.trials}, because only one setting was completed: "
            f"{self.describe(self.best)}. {self.evidence.more_trials}"
        )


def _say_right_too(findings: Findings, setting: Setting) -> str:
    """Return the share of right rows of a setting that is as good as the best, in brackets.

    It may be larger than that of the best, which is the best by its score.
    """
    share, best = findings.get_told_share(setting), findings.get_told_share(findings.best)
    if share is None or best is None:
        return ""
    decides = f"; the {say_name(findings.evidence.objective)} decides" if share > best else ""
    return f" ({say_share(share)}{decides})"
