"""The sentences of a comparison: which setting is best, and which cannot be told apart from it."""

from collections import Counter
from collections.abc import Sequence

from tuner.analysis.answers.draws import leave_out_cut, list_compared_trials
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.findings import Findings
from tuner.analysis.answers.more_trials import say_more_trials
from tuner.analysis.answers.unfinished import list_unfinished
from tuner.analysis.setting_records import Setting
from tuner.space import Value
from tuner.study import TrialRecord
from tuner.words import (
    capitalize_first,
    choose_verb,
    count_noun,
    get_told_share,
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

__all__ = ["describe_comparison"]

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
    findings = Findings(evidence, name)
    missing, more = _describe_missing(findings), say_more_trials(evidence)
    if not findings.tried:
        return f"No trial with a {say_name(name)} was completed.", *missing, more
    if len(findings.tried) == 1:
        only = f"Only {say_setting(name, findings.best.value)} has a completed trial to compare"
        return f"{only}: {_say_score(findings, findings.best)}.", *missing, more
    all_alike = not any(pair.told_apart for pair in findings.comparison.pairs)
    if not _is_luck_known(findings) or (findings.comparison.rounds == 1 and all_alike):
        return *_describe_too_few(findings), *details, *missing, more
    return (
        *_describe_result(findings),
        *_describe_unfinished(findings),
        *_describe_smallest_alike(findings),
        *details,
        *_describe_excluded_best(findings),
        *missing,
        *([_describe_few(findings), more] if _is_few(findings) else []),
    )


def _describe_unfinished(findings: Findings) -> list[str]:
    """Return which settings the limit of epochs ended before they stopped getting better."""
    limits, sentences = findings.evidence.record.settings, []
    last = f"still getting better in the last {limits.patience} of {limits.epochs}"
    if findings.spared:
        behind, one = _say_settings(findings, findings.spared), len(findings.spared) == 1
        sentences.append(
            f"{capitalize_first(behind)} {'is' if one else 'are'} not called worse, although "
            f"{'its' if one else 'their'} cross-entropy is: as many rows are right, as far as can "
            f"be told, and {'its best trial was' if one else 'their best trials were'} {last}."
        )
    if unfinished := list_unfinished(findings.evidence, findings.worse):
        trials = "its best trial was" if len(unfinished) == 1 else "their best trials were"
        behind = capitalize_first(_say_settings(findings, unfinished))
        sentences.append(f"{behind} may do better with more epochs: {trials} {last}.")
    return sentences


def _describe_smallest_alike(findings: Findings) -> list[str]:
    """Return which setting is the smallest that cannot be told apart from the best.

    Nothing is said if there is only one such setting, if all have about the same number of
    parameters, or if the setting does not decide the size, as with a learning rate.
    """
    parameters: dict[int | None, int] = {
        record.trial: record.result.parameters for record in findings.evidence.completed
    }
    if findings.name not in ("depth", "units") and not _decides_size(findings):
        return []
    undecided = {*findings.worse, *findings.open}
    sizes = {s.value: parameters[s.trial] for s in findings.tried if s not in undecided}
    if len(sizes) < 2 or max(sizes.values()) < 1.1 * min(sizes.values()):
        return []
    best = findings.best.value
    smallest = min(sizes, key=lambda value: sizes[value])
    if smallest == best:
        return [f"This is also the smallest of them, with {count_noun(sizes[best], 'parameter')}."]
    return [
        "The smallest that cannot be told apart from the best is "
        f"{say_setting(findings.name, smallest)}: {count_noun(sizes[smallest], 'parameter')}, "
        f"{say_fewer(sizes[smallest], than=sizes[best])} than {say_setting(findings.name, best)} "
        f"with {sizes[best]:,}."
    ]


def _decides_size(findings: Findings) -> bool:
    sizes: dict[Value | None, set[int]] = {}
    for record in findings.evidence.completed:
        sizes.setdefault(findings.binning.get_setting(record), set()).add(record.result.parameters)
    return all(len(parameters) == 1 for parameters in sizes.values())


def _describe_result(findings: Findings) -> list[str]:
    if not findings.worse:
        settings = capitalize_first(_say_settings(findings, findings.tried))
        return [f"{settings} cannot be told apart.", _describe_best(findings)]
    best, behind = findings.best, _describe_worse(findings)
    score, verb = _say_score(findings, best), choose_verb(findings.name, [best.value])
    first = capitalize_first(say_setting(findings.name, best.value))
    alike = [setting for setting in findings.tried[1:] if setting not in findings.worse]
    if not alike:
        return [f"{first} {verb} best, and better than every other: {score}.", behind]
    rest = _say_settings(findings, alike)
    has = "have" if verb == "are" else "has"
    return [
        f"{first} {has} the best score, {score}; {rest} cannot be told apart from it.",
        behind,
    ]


def _describe_best(findings: Findings) -> str:
    value, score = findings.best.value, _say_score(findings, findings.best)
    verb = choose_verb(findings.name, [value])
    return f"By score, {say_setting(findings.name, value)} {verb} best: {score}."


def _describe_too_few(findings: Findings) -> list[str]:
    settings, unit = _say_settings(findings, findings.tried), findings.comparison.unit
    return [
        f"There are too few trials to tell {settings} apart: only one {unit} of each is "
        "compared, because some have no more.",
        _describe_best(findings),
    ]


def _list_compared(findings: Findings) -> list[TrialRecord]:
    trials = list_compared_trials(findings.evidence, findings.name)
    return leave_out_cut(trials, findings.binning.get_setting)


def _is_luck_known(findings: Findings) -> bool:
    """Return whether any setting has two trials with a score."""
    scored = [each for each in _list_compared(findings) if each.result.status != "failed"]
    counts = Counter(findings.binning.get_setting(record) for record in scored)
    return any(count > 1 for value, count in counts.items() if value is not None)


def _describe_excluded_best(findings: Findings) -> list[str]:
    """Return that the study's best trial is not among the compared ones, if so."""
    settings = {r.trial: findings.binning.get_setting(r) for r in _list_compared(findings)}
    best, rounds = findings.evidence.best.trial, findings.comparison.rounds
    value = settings.get(best)
    same = [trial for trial, setting in settings.items() if setting == value]
    if value is None or best in same[:rounds]:
        return []
    unit = findings.comparison.unit
    first = f"first {unit}" if rounds == 1 else f"first {rounds} {unit}s"
    return [
        f"The study's best, trial {best} with {say_setting(findings.name, value)}, is not "
        f"compared: only the {first} of each count, so that a setting gains nothing from "
        "having more."
    ]


def _describe_worse(findings: Findings) -> str:
    """Return by how much the worse settings are worse."""
    worse = findings.sort(findings.worse)
    differences = []
    for setting in worse:
        pair = findings.find_pair(setting)
        error = (pair.interval[1] - pair.interval[0]) / 4
        differences.append(round_to_error(abs(pair.difference), error))
    verb = choose_verb(findings.name, [setting.value for setting in worse])
    settings = f"{_say_settings(findings, worse)} {verb} worse"
    objective = findings.evidence.objective
    told = [get_told_share(objective, setting.accuracy) for setting in worse]
    shares = [share for share in told if share is not None]
    if len(shares) < len(worse):
        return capitalize_first(f"{settings}, by {join_words(differences)}.")
    said = join_words([say_share(share) for share in shares])
    return capitalize_first(
        f"{settings}: {said} of rows are right, and the "
        f"{say_name(objective)} is worse by {join_words(differences)}."
    )


def _is_few(findings: Findings) -> bool:
    return len(findings.comparison.not_told_apart) > 1 and findings.comparison.rounds < _FEW


def _describe_few(findings: Findings) -> str:
    rounds = findings.comparison.rounds
    unit = findings.comparison.unit
    compared = f"Only one {unit}" if rounds == 1 else f"The best of {rounds} {unit}s"
    return f"{compared} of each is compared, so only large differences can be seen."


def _describe_missing(findings: Findings) -> list[str]:
    """Return why some settings have no completed trial to compare."""
    missing = [setting for setting in findings.comparison.settings if setting.trial is None]
    return [_describe_missing_setting(findings, s.value) for s in findings.sort(missing)]


def _describe_missing_setting(findings: Findings, value: Value) -> str:
    records = [
        record
        for record in findings.evidence.records
        if findings.binning.get_setting(record) == value
    ]
    counts = Counter(record.result.status for record in records)
    setting = say_setting(findings.name, value)
    not_compared = capitalize_first(f"{setting} {choose_verb(findings.name, [value])} not compared")
    rounds, unit = findings.comparison.rounds, findings.comparison.unit
    if counts["completed"] and rounds == 1:
        return f"{not_compared}: the first {unit} was not completed, and later ones do not count."
    if counts["completed"]:
        first = f"none of the first {rounds} {unit}s was completed"
        return f"{not_compared}: {first}, and later ones do not count."
    if counts["pruned"] == len(records):
        trials = "The only trial" if len(records) == 1 else f"Each of {len(records)} trials"
        return f"{trials} with {setting} was pruned, because another was clearly better."
    ended = ", ".join(f"{counts[s]} {s}" for s in ("pruned", "failed") if counts[s])
    return f"{not_compared}: no trial was completed ({ended})."


def _say_settings(findings: Findings, settings: Sequence[Setting]) -> str:
    """Return some settings in words, from the smallest to the largest."""
    return say_settings(findings.name, [setting.value for setting in findings.sort(settings)])


def _say_score(findings: Findings, setting: Setting) -> str:
    assert setting.score is not None  # it has a completed trial
    assert setting.interval is not None
    low, high = setting.interval
    score = round_to_error(setting.score, (high - low) / 4)
    interval = say_interval(*findings.evidence.clip_interval(low, high))
    return say_result(findings.evidence.objective, score, setting.accuracy, interval)
