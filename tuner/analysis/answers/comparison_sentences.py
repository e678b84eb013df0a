"""The sentences of a comparison: what is best, what cannot be told apart from it, what is worse."""

from collections import Counter
from collections.abc import Sequence

from tuner.analysis.answers.binning import Binning
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.pairs import Pair
from tuner.analysis.setting_comparison import Comparison, Setting, compare_settings
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
    say_setting,
    say_settings,
)

__all__ = ["compared", "describe_comparison", "find_pair"]

_FEW = 5  # trials of a setting; with fewer, only large differences are seen


def compared(evidence: Evidence, way: Binning) -> Comparison:
    """Return the comparison of some settings."""
    return compare_settings(
        evidence.records,
        evidence.cluster_values,
        get_setting=way.setting,
        split=evidence.study.split,
        maximise=evidence.maximise,
    )


def describe_comparison(
    evidence: Evidence,
    name: str,
    way: Binning,
    comparison: Comparison,
    details: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return what a comparison says.

    It is too few trials to tell where no setting has two of them, since nothing is then known of
    what the luck of the draw does; and where one of each is compared and nothing is told apart.

    Args:
        evidence: The study's.
        name: The hyperparameter.
        way: How its trials were put into settings.
        comparison: Of these settings.
        details: Sentences that follow what is told.
    """
    tried = [each for each in comparison.settings if each.trial is not None]
    lacking = _lacking(evidence, name, way, comparison)
    more = evidence.more_trials
    if not tried:
        return f"No trial with a {say_name(name)} was completed.", *lacking, more
    if len(tried) == 1:
        only = f"Only {say_setting(name, tried[0].value)} has a completed trial to compare"
        return f"{only}: {_score(evidence, tried[0])}.", *lacking, more
    nothing_told = not any(pair.told_apart for pair in comparison.pairs)
    if not _luck_is_known(evidence, way) or (comparison.share == 1 and nothing_told):
        return *_too_few(evidence, name, way, comparison), *details, *lacking, more
    size = _size(evidence, name, way, comparison)
    return (
        *_told(evidence, name, way, comparison),
        *([size] if size else []),
        *details,
        *_left_out(evidence, name, way, comparison),
        *lacking,
        *([_few(comparison), more] if _is_few(comparison) else []),
    )


def find_pair(comparison: Comparison, first: Value, second: Value) -> Pair[Value] | None:
    """Return the pair of two settings, whichever is the better one."""
    return next((p for p in comparison.pairs if {p.first, p.second} == {first, second}), None)


def _size(evidence: Evidence, name: str, way: Binning, comparison: Comparison) -> str | None:
    """Return which of the settings that cannot be told apart from the best is the smallest.

    None where they have the same number of parameters, or there is only one; and where a setting
    does not decide the size, as that of a learning rate.
    """
    parameters = {record.trial: record.result.parameters for record in evidence.completed}
    if name not in ("depth", "units") and not _decides_size(evidence, way):
        return None
    alike = [each for each in comparison.settings if each.value in comparison.not_told_apart]
    sizes = {each.value: parameters[each.trial] for each in alike if each.trial is not None}
    if len(sizes) < 2 or max(sizes.values()) < 1.1 * min(sizes.values()):
        return None
    best = comparison.not_told_apart[0]
    smallest = min(sizes, key=lambda value: sizes[value])
    if smallest == best:
        return f"This is also the smallest of them, with {count_noun(sizes[best], 'parameter')}."
    return (
        f"The smallest that cannot be told apart from the best is {say_setting(name, smallest)}: "
        f"{count_noun(sizes[smallest], 'parameter')}, "
        f"{say_fewer(sizes[smallest], than=sizes[best])} than {say_setting(name, best)} "
        f"with {sizes[best]:,}."
    )


def _decides_size(evidence: Evidence, way: Binning) -> bool:
    sizes: dict[Value | None, set[int]] = {}
    for record in evidence.completed:
        sizes.setdefault(way.setting(record), set()).add(record.result.parameters)
    return all(len(own) == 1 for own in sizes.values())


def _told(evidence: Evidence, name: str, way: Binning, comparison: Comparison) -> list[str]:
    tried = [each for each in comparison.settings if each.trial is not None]
    best = tried[0]
    alike = [each for each in tried[1:] if each.value in comparison.not_told_apart]
    worse = [each for each in tried[1:] if each.value not in comparison.not_told_apart]
    if not worse:
        all_of_them = capitalize_first(say_settings(name, _ordered(way, tried)))
        return [f"{all_of_them} cannot be told apart.", _by_score(evidence, name, best)]
    behind = _behind(name, way, worse, comparison)
    score, verb = _score(evidence, best), choose_verb(name, [best.value])
    first = capitalize_first(say_setting(name, best.value))
    if not alike:
        return [f"{first} {verb} best, and better than every other: {score}.", behind]
    others = say_settings(name, _ordered(way, alike))
    has = "have" if verb == "are" else "has"
    return [
        f"{first} {has} the best score, {score}; {others} cannot be told apart from it.",
        behind,
    ]


def _by_score(evidence: Evidence, name: str, best: Setting) -> str:
    verb = choose_verb(name, [best.value])
    return f"By score, {say_setting(name, best.value)} {verb} best: {_score(evidence, best)}."


def _too_few(evidence: Evidence, name: str, way: Binning, comparison: Comparison) -> list[str]:
    tried = [each for each in comparison.settings if each.trial is not None]
    return [
        f"Too few trials to tell {say_settings(name, _ordered(way, tried))} apart: only one of "
        "each is compared, since there is no more of some.",
        _by_score(evidence, name, tried[0]),
    ]


def _luck_is_known(evidence: Evidence, way: Binning) -> bool:
    scored = Counter(way.setting(r) for r in evidence.records if r.result.status != "failed")
    return any(count > 1 for value, count in scored.items() if value is not None)


def _left_out(evidence: Evidence, name: str, way: Binning, comparison: Comparison) -> list[str]:
    """Return why the study's best trial is not among the compared ones, where it is not."""
    best = next(record for record in evidence.records if record.trial == evidence.best.trial)
    value = way.setting(best)
    own = [record.trial for record in evidence.records if way.setting(record) == value]
    if value is None or best.trial in own[: comparison.share]:
        return []
    trials = "trial" if comparison.share == 1 else f"{comparison.share} trials"
    return [
        f"The study's best, trial {best.trial} with {say_setting(name, value)}, came after the "
        f"first {trials} of each, which alone are compared: what was tried more often has no "
        "advantage."
    ]


def _behind(name: str, way: Binning, worse: Sequence[Setting], comparison: Comparison) -> str:
    """Return by how much the worse settings are worse."""
    best = comparison.not_told_apart[0]
    values = _ordered(way, worse)
    by = []
    for value in values:
        pair = find_pair(comparison, best, value)
        assert pair is not None  # all settings with a completed trial are in pairs
        half = (pair.interval[1] - pair.interval[0]) / 4
        by.append(round_to_error(abs(pair.difference), half))
    who, verb = say_settings(name, values), choose_verb(name, values)
    return capitalize_first(f"{who} {verb} worse, by {join_words(by)}.")


def _is_few(comparison: Comparison) -> bool:
    return len(comparison.not_told_apart) > 1 and comparison.share < _FEW


def _few(comparison: Comparison) -> str:
    share = comparison.share
    compared = "Only one trial" if share == 1 else f"The best of {share} trials"
    return f"{compared} of each is compared, so that only large differences can be seen."


def _lacking(evidence: Evidence, name: str, way: Binning, comparison: Comparison) -> list[str]:
    """Return the settings of which no trial was completed, and what became of theirs."""
    sentences = []
    lacking = [each for each in comparison.settings if each.trial is None]
    for value in _ordered(way, lacking):
        own = [r.result.status for r in evidence.records if way.setting(r) == value]
        counts, who = Counter(own), say_setting(name, value)
        became = ", ".join(f"{counts[s]} {s}" for s in ("pruned", "failed") if counts[s])
        if counts["completed"]:
            first = "trial" if comparison.share == 1 else f"{comparison.share} trials"
            sentences.append(
                f"Nothing is said of {who}: its first {first}, compared alone, "
                f"{'was' if comparison.share == 1 else 'were'} not completed."
            )
        elif counts["pruned"] == len(own):
            all_of_them = "the only trial" if len(own) == 1 else f"each of {len(own)} trials"
            sentences.append(
                capitalize_first(
                    f"{all_of_them} with {who} was pruned: another was clearly better."
                )
            )
        else:
            sentences.append(f"Nothing is said of {who}: no trial was completed ({became}).")
    return sentences


def _ordered(way: Binning, chosen: Sequence[Setting]) -> list[Value]:
    values = {each.value for each in chosen}
    return [value for value in way.order if value in values]


def _score(evidence: Evidence, best: Setting) -> str:
    assert best.score is not None  # it has a completed trial
    assert best.interval is not None
    low, high = best.interval
    score = round_to_error(best.score, (high - low) / 4)
    within = say_interval(*evidence.clip_interval(low, high))
    return f"{say_name(evidence.objective)} {score} ({within})"
