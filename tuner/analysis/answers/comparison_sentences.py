"""The sentences of a comparison: which setting is best, and which cannot be told apart from it."""

from collections import Counter
from collections.abc import Sequence

from tuner.analysis.answers.binning import Binning
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
    evidence: Evidence,
    name: str,
    binning: Binning,
    comparison: Comparison,
    details: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return the sentences of a comparison.

    There are too few trials if no setting has two of them, because the effect of luck is then
    unknown. The same holds if only one trial of each is compared and none can be told apart.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter.
        binning: Its settings.
        comparison: The comparison of these settings.
        details: More sentences, which follow the result.
    """
    tried = [setting for setting in comparison.settings if setting.trial is not None]
    missing = _describe_missing(evidence, name, binning, comparison)
    more = evidence.more_trials
    if not tried:
        return f"No trial with a {say_name(name)} was completed.", *missing, more
    if len(tried) == 1:
        only = f"Only {say_setting(name, tried[0].value)} has a completed trial to compare"
        return f"{only}: {_say_score(evidence, tried[0])}.", *missing, more
    all_alike = not any(pair.told_apart for pair in comparison.pairs)
    if not _is_luck_known(evidence, binning) or (comparison.share == 1 and all_alike):
        too_few = _describe_too_few(evidence, name, binning, comparison)
        return *too_few, *details, *missing, more
    return (
        *_describe_result(evidence, name, binning, comparison),
        *_describe_smallest(evidence, name, binning, comparison),
        *details,
        *_describe_excluded_best(evidence, name, binning, comparison),
        *missing,
        *([_describe_few(comparison), more] if _is_few(comparison) else []),
    )


def find_pair(comparison: Comparison, first: Value, second: Value) -> Pair[Value] | None:
    """Return the pair of two settings, whichever is better; None if there is none."""
    values = {first, second}
    return next((pair for pair in comparison.pairs if {pair.first, pair.second} == values), None)


def _describe_smallest(
    evidence: Evidence, name: str, binning: Binning, comparison: Comparison
) -> list[str]:
    """Return which setting is the smallest that cannot be told apart from the best.

    Nothing is said if there is only one such setting, if all have about the same number of
    parameters, or if the setting does not decide the size, as with a learning rate.
    """
    parameters = {record.trial: record.result.parameters for record in evidence.completed}
    if name not in ("depth", "units") and not _decides_size(evidence, binning):
        return []
    alike = [s for s in comparison.settings if s.value in comparison.not_told_apart]
    sizes = {s.value: parameters[s.trial] for s in alike if s.trial is not None}
    if len(sizes) < 2 or max(sizes.values()) < 1.1 * min(sizes.values()):
        return []
    best = comparison.not_told_apart[0]
    smallest = min(sizes, key=lambda value: sizes[value])
    if smallest == best:
        return [f"This is also the smallest of them, with {count_noun(sizes[best], 'parameter')}."]
    return [
        f"The smallest that cannot be told apart from the best is {say_setting(name, smallest)}: "
        f"{count_noun(sizes[smallest], 'parameter')}, "
        f"{say_fewer(sizes[smallest], than=sizes[best])} than {say_setting(name, best)} "
        f"with {sizes[best]:,}."
    ]


def _decides_size(evidence: Evidence, binning: Binning) -> bool:
    sizes: dict[Value | None, set[int]] = {}
    for record in evidence.completed:
        sizes.setdefault(binning.get_setting(record), set()).add(record.result.parameters)
    return all(len(parameters) == 1 for parameters in sizes.values())


def _describe_result(
    evidence: Evidence, name: str, binning: Binning, comparison: Comparison
) -> list[str]:
    tried = [setting for setting in comparison.settings if setting.trial is not None]
    best = tried[0]
    alike = [setting for setting in tried[1:] if setting.value in comparison.not_told_apart]
    worse = [setting for setting in tried[1:] if setting.value not in comparison.not_told_apart]
    if not worse:
        settings = capitalize_first(say_settings(name, _sort_values(binning, tried)))
        return [f"{settings} cannot be told apart.", _describe_best(evidence, name, best)]
    behind = _describe_worse(evidence, name, binning, worse, comparison)
    score, verb = _say_score(evidence, best), choose_verb(name, [best.value])
    first = capitalize_first(say_setting(name, best.value))
    if not alike:
        return [f"{first} {verb} best, and better than every other: {score}.", behind]
    others = say_settings(name, _sort_values(binning, alike))
    has = "have" if verb == "are" else "has"
    return [
        f"{first} {has} the best score, {score}; {others} cannot be told apart from it.",
        behind,
    ]


def _describe_best(evidence: Evidence, name: str, best: Setting) -> str:
    verb = choose_verb(name, [best.value])
    return f"By score, {say_setting(name, best.value)} {verb} best: {_say_score(evidence, best)}."


def _describe_too_few(
    evidence: Evidence, name: str, binning: Binning, comparison: Comparison
) -> list[str]:
    tried = [setting for setting in comparison.settings if setting.trial is not None]
    settings = say_settings(name, _sort_values(binning, tried))
    return [
        f"There are too few trials to tell {settings} apart: only one trial of each is compared, "
        "because some have no more.",
        _describe_best(evidence, name, tried[0]),
    ]


def _is_luck_known(evidence: Evidence, binning: Binning) -> bool:
    """Return whether any setting has two trials with a score."""
    scored = [record for record in evidence.records if record.result.status != "failed"]
    counts = Counter(binning.get_setting(record) for record in scored)
    return any(count > 1 for value, count in counts.items() if value is not None)


def _describe_excluded_best(
    evidence: Evidence, name: str, binning: Binning, comparison: Comparison
) -> list[str]:
    """Return that the study's best trial is not among the compared ones, if so."""
    best = next(record for record in evidence.records if record.trial == evidence.best.trial)
    value = binning.get_setting(best)
    same = [r.trial for r in evidence.records if binning.get_setting(r) == value]
    if value is None or best.trial in same[: comparison.share]:
        return []
    first = "first trial" if comparison.share == 1 else f"first {comparison.share} trials"
    return [
        f"The study's best, trial {best.trial} with {say_setting(name, value)}, is not compared: "
        f"only the {first} of each count, so that a setting gains nothing from having more."
    ]


def _describe_worse(
    evidence: Evidence,
    name: str,
    binning: Binning,
    worse: Sequence[Setting],
    comparison: Comparison,
) -> str:
    """Return by how much the worse settings are worse."""
    best = comparison.not_told_apart[0]
    values = _sort_values(binning, worse)
    differences = []
    for value in values:
        pair = find_pair(comparison, best, value)
        assert pair is not None  # all settings with a completed trial are in pairs
        error = (pair.interval[1] - pair.interval[0]) / 4
        differences.append(round_to_error(abs(pair.difference), error))
    settings = f"{say_settings(name, values)} {choose_verb(name, values)} worse"
    trials = {setting.value: setting.trial for setting in worse}
    accuracies = [a for v in values if (a := evidence.get_accuracy(trials[v])) is not None]
    if len(accuracies) < len(values):
        return capitalize_first(f"{settings}, by {join_words(differences)}.")
    shares = join_words([say_share(accuracy) for accuracy in accuracies])
    return capitalize_first(
        f"{settings}: {shares} of rows are right, and the {say_name(evidence.objective)} is worse "
        f"by {join_words(differences)}."
    )


def _is_few(comparison: Comparison) -> bool:
    return len(comparison.not_told_apart) > 1 and comparison.share < _FEW


def _describe_few(comparison: Comparison) -> str:
    share = comparison.share
    compared = "Only one trial" if share == 1 else f"The best of {share} trials"
    return f"{compared} of each is compared, so only large differences can be seen."


def _describe_missing(
    evidence: Evidence, name: str, binning: Binning, comparison: Comparison
) -> list[str]:
    """Return why some settings have no completed trial to compare."""
    missing = [setting for setting in comparison.settings if setting.trial is None]
    return [
        _describe_missing_setting(evidence, name, value, binning, comparison)
        for value in _sort_values(binning, missing)
    ]


def _describe_missing_setting(
    evidence: Evidence, name: str, value: Value, binning: Binning, comparison: Comparison
) -> str:
    records = [record for record in evidence.records if binning.get_setting(record) == value]
    counts = Counter(record.result.status for record in records)
    setting = say_setting(name, value)
    not_compared = capitalize_first(f"{setting} {choose_verb(name, [value])} not compared")
    if counts["completed"] and comparison.share == 1:
        return f"{not_compared}: the first trial was not completed, and later ones do not count."
    if counts["completed"]:
        first = f"none of the first {comparison.share} trials was completed"
        return f"{not_compared}: {first}, and later ones do not count."
    if counts["pruned"] == len(records):
        trials = "The only trial" if len(records) == 1 else f"Each of {len(records)} trials"
        return f"{trials} with {setting} was pruned, because another was clearly better."
    ended = ", ".join(f"{counts[s]} {s}" for s in ("pruned", "failed") if counts[s])
    return f"{not_compared}: no trial was completed ({ended})."


def _sort_values(binning: Binning, settings: Sequence[Setting]) -> list[Value]:
    """Return the values of some settings, from the smallest to the largest."""
    values = {setting.value for setting in settings}
    return [value for value in binning.order if value in values]


def _say_score(evidence: Evidence, setting: Setting) -> str:
    assert setting.score is not None  # it has a completed trial
    assert setting.interval is not None
    low, high = setting.interval
    score = round_to_error(setting.score, (high - low) / 4)
    interval = say_interval(*evidence.clip_interval(low, high))
    accuracy = evidence.get_accuracy(setting.trial)
    if accuracy is None:
        return f"{say_name(evidence.objective)} {score} ({interval})"
    return say_result(evidence.objective, f"{score}, {interval}", accuracy)
