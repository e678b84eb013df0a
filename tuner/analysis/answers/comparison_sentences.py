"""The sentences of a comparison: which setting is best, and which cannot be told apart from it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tuner.analysis.answers.binning import Binning, bin_trials, compare_hyperparameter
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.pairs import Pair
from tuner.analysis.setting_comparison import Comparison, Setting
from tuner.space import Value
from tuner.words import (
    capitalize_first,
    choose_verb,
    count_noun,
    join_words,
    round_to_error,
    say_fewer,
    say_interval,
    say_name,
    say_result,
    say_setting,
    say_settings,
    say_share,
)

__all__ = ["describe_comparison", "find_pair"]

_FEW = 5  # with fewer trials of a setting, only large differences can be seen


def describe_comparison(
    evidence: Evidence, name: str, details: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the sentences of a comparison.

    There are too few trials if no setting has two of them, because the effect of luck is then
    unknown. The same holds if only one trial of each is compared and none can be told apart.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter whose settings are compared.
        details: More sentences, which follow the result.
    """
    binning, comparison = bin_trials(evidence, name), compare_hyperparameter(evidence, name)
    return _Sentences(evidence, name, binning, comparison).list_all(details)


def find_pair(comparison: Comparison, first: Value, second: Value) -> Pair[Value] | None:
    """Return the pair of two settings, whichever is better; None if there is none."""
    values = {first, second}
    return next((pair for pair in comparison.pairs if {pair.first, pair.second} == values), None)


@dataclass(frozen=True)
class _Sentences:
    """The sentences of the comparison of a hyperparameter's settings."""

    evidence: Evidence
    name: str
    binning: Binning
    comparison: Comparison

    @cached_property
    def _tried(self) -> list[Setting]:
        """The settings with a completed trial, the best first."""
        return [setting for setting in self.comparison.settings if setting.trial is not None]

    def list_all(self, details: Sequence[str]) -> tuple[str, ...]:
        """Return all of them, with details after the result."""
        missing, more = self._describe_missing(), self.evidence.more_trials
        if not self._tried:
            return f"No trial with a {say_name(self.name)} was completed.", *missing, more
        best = self._tried[0]
        if len(self._tried) == 1:
            only = f"Only {say_setting(self.name, best.value)} has a completed trial to compare"
            return f"{only}: {self._say_score(best)}.", *missing, more
        all_alike = not any(pair.told_apart for pair in self.comparison.pairs)
        if not self._is_luck_known() or (self.comparison.share == 1 and all_alike):
            return *self._describe_too_few(), *details, *missing, more
        return (
            *self._describe_result(),
            *self._describe_smallest(),
            *details,
            *self._describe_excluded_best(),
            *missing,
            *([self._describe_few(), more] if self._is_few() else []),
        )

    def _describe_smallest(self) -> list[str]:
        """Return which setting is the smallest that cannot be told apart from the best.

        Nothing is said if there is only one such setting, if all have about the same number of
        parameters, or if the setting does not decide the size, as with a learning rate.
        """
        parameters = {record.trial: record.result.parameters for record in self.evidence.completed}
        if self.name not in ("depth", "units") and not self._decides_size():
            return []
        alike = [s for s in self.comparison.settings if s.value in self.comparison.not_told_apart]
        sizes = {s.value: parameters[s.trial] for s in alike if s.trial is not None}
        if len(sizes) < 2 or max(sizes.values()) < 1.1 * min(sizes.values()):
            return []
        best = self.comparison.not_told_apart[0]
        smallest = min(sizes, key=lambda value: sizes[value])
        if smallest == best:
            return [
                f"This is also the smallest of them, with {count_noun(sizes[best], 'parameter')}."
            ]
        return [
            "The smallest that cannot be told apart from the best is "
            f"{say_setting(self.name, smallest)}: {count_noun(sizes[smallest], 'parameter')}, "
            f"{say_fewer(sizes[smallest], than=sizes[best])} than {say_setting(self.name, best)} "
            f"with {sizes[best]:,}."
        ]

    def _decides_size(self) -> bool:
        sizes: dict[Value | None, set[int]] = {}
        for record in self.evidence.completed:
            sizes.setdefault(self.binning.get_setting(record), set()).add(record.result.parameters)
        return all(len(parameters) == 1 for parameters in sizes.values())

    def _describe_result(self) -> list[str]:
        best, *others = self._tried
        alike = [each for each in others if each.value in self.comparison.not_told_apart]
        worse = [each for each in others if each not in alike]
        if not worse:
            settings = capitalize_first(say_settings(self.name, self._sort_values(self._tried)))
            return [f"{settings} cannot be told apart.", self._describe_best(best)]
        behind = self._describe_worse(worse)
        score, verb = self._say_score(best), choose_verb(self.name, [best.value])
        first = capitalize_first(say_setting(self.name, best.value))
        if not alike:
            return [f"{first} {verb} best, and better than every other: {score}.", behind]
        rest = say_settings(self.name, self._sort_values(alike))
        has = "have" if verb == "are" else "has"
        return [
            f"{first} {has} the best score, {score}; {rest} cannot be told apart from it.",
            behind,
        ]

    def _describe_best(self, best: Setting) -> str:
        verb = choose_verb(self.name, [best.value])
        return (
            f"By score, {say_setting(self.name, best.value)} {verb} best: {self._say_score(best)}."
        )

    def _describe_too_few(self) -> list[str]:
        settings = say_settings(self.name, self._sort_values(self._tried))
        return [
            f"There are too few trials to tell {settings} apart: only one trial of each is "
            "compared, because some have no more.",
            self._describe_best(self._tried[0]),
        ]

    def _is_luck_known(self) -> bool:
        """Return whether any setting has two trials with a score."""
        scored = [record for record in self.evidence.records if record.result.status != "failed"]
        counts = Counter(self.binning.get_setting(record) for record in scored)
        return any(count > 1 for value, count in counts.items() if value is not None)

    def _describe_excluded_best(self) -> list[str]:
        """Return that the study's best trial is not among the compared ones, if so."""
        settings = {r.trial: self.binning.get_setting(r) for r in self.evidence.records}
        best, share = self.evidence.best.trial, self.comparison.share
        value = settings[best]
        same = [trial for trial, setting in settings.items() if setting == value]
        if value is None or best in same[:share]:
            return []
        first = "first trial" if share == 1 else f"first {share} trials"
        return [
            f"The study's best, trial {best} with {say_setting(self.name, value)}, is not "
            f"compared: only the {first} of each count, so that a setting gains nothing from "
            "having more."
        ]

    def _describe_worse(self, worse: Sequence[Setting]) -> str:
        """Return by how much the worse settings are worse."""
        best = self.comparison.not_told_apart[0]
        values = self._sort_values(worse)
        differences = []
        for value in values:
            pair = find_pair(self.comparison, best, value)
            assert pair is not None  # all settings with a completed trial are in pairs
            error = (pair.interval[1] - pair.interval[0]) / 4
            differences.append(round_to_error(abs(pair.difference), error))
        settings = f"{say_settings(self.name, values)} {choose_verb(self.name, values)} worse"
        trials = {setting.value: setting.trial for setting in worse}
        accuracies = [a for v in values if (a := self.evidence.get_accuracy(trials[v])) is not None]
        if len(accuracies) < len(values):
            return capitalize_first(f"{settings}, by {join_words(differences)}.")
        shares = join_words([say_share(accuracy) for accuracy in accuracies])
        return capitalize_first(
            f"{settings}: {shares} of rows are right, and the "
            f"{say_name(self.evidence.objective)} is worse by {join_words(differences)}."
        )

    def _is_few(self) -> bool:
        return len(self.comparison.not_told_apart) > 1 and self.comparison.share < _FEW

    def _describe_few(self) -> str:
        share = self.comparison.share
        compared = "Only one trial" if share == 1 else f"The best of {share} trials"
        return f"{compared} of each is compared, so only large differences can be seen."

    def _describe_missing(self) -> list[str]:
        """Return why some settings have no completed trial to compare."""
        missing = [setting for setting in self.comparison.settings if setting.trial is None]
        return [self._describe_missing_setting(value) for value in self._sort_values(missing)]

    def _describe_missing_setting(self, value: Value) -> str:
        records = [
            record for record in self.evidence.records if self.binning.get_setting(record) == value
        ]
        counts = Counter(record.result.status for record in records)
        setting = say_setting(self.name, value)
        not_compared = capitalize_first(f"{setting} {choose_verb(self.name, [value])} not compared")
        if counts["completed"] and self.comparison.share == 1:
            return (
                f"{not_compared}: the first trial was not completed, and later ones do not count."
            )
        if counts["completed"]:
            first = f"none of the first {self.comparison.share} trials was completed"
            return f"{not_compared}: {first}, and later ones do not count."
        if counts["pruned"] == len(records):
            trials = "The only trial" if len(records) == 1 else f"Each of {len(records)} trials"
            return f"{trials} with {setting} was pruned, because another was clearly better."
        ended = ", ".join(f"{counts[s]} {s}" for s in ("pruned", "failed") if counts[s])
        return f"{not_compared}: no trial was completed ({ended})."

    def _sort_values(self, settings: Sequence[Setting]) -> list[Value]:
        """Return the values of some settings, from the smallest to the largest."""
        values = {setting.value for setting in settings}
        return [value for value in self.binning.order if value in values]

    def _say_score(self, setting: Setting) -> str:
        assert setting.score is not None  # it has a completed trial
        assert setting.interval is not None
        low, high = setting.interval
        score = round_to_error(setting.score, (high - low) / 4)
        interval = say_interval(*self.evidence.clip_interval(low, high))
        accuracy = self.evidence.get_accuracy(setting.trial)
        if accuracy is None:
            return f"{say_name(self.evidence.objective)} {score} ({interval})"
        return say_result(self.evidence.objective, f"{score}, {interval}", accuracy)
