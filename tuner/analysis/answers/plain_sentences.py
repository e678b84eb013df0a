"""The findings of a comparison in plain words, as the parts of sentences."""

from collections.abc import Sequence

from tuner.analysis.answers.findings import Findings
from tuner.analysis.answers.more_trials import describe_more_trials, say_more_trials
from tuner.analysis.pairs import Pair
from tuner.analysis.setting_records import Setting
from tuner.analysis.significance import LEVEL
from tuner.space import Value
from tuner.study import FEWEST_ROUNDS
from tuner.words import (
    count_noun,
    say_count,
    say_difference,
    say_name,
    say_share,
    say_shares,
    say_thing,
    say_things,
    say_with,
)

__all__ = [
    "UNDECIDED",
    "describe_against",
    "describe_others",
    "describe_setting",
    "describe_undecided",
    "describe_untried",
    "say_condition",
]

UNDECIDED = "It cannot be told"
"""The begin of an answer to a question that is open."""


def say_condition(findings: Findings, setting: Setting, *, again: bool = False) -> str:
    """Return a setting as the condition of a result: "with four hidden layers".

    Args:
        setting: The setting.
        again: Whether it follows another one, so that a depth needs no noun: "with one".
    """
    record = next(r for r in findings.evidence.records if r.trial == setting.trial)
    if findings.name != "depth":
        return say_with(findings.name, setting.value)
    units = f" of {say_thing('units', width)}" if (width := record.derived.get("units")) else ""
    if not again:
        return say_with(findings.name, setting.value) + (units if setting.value else "")
    if setting.value == 0:
        return "without any"
    return f"with {say_count(int(setting.value))}{units}"


def describe_setting(findings: Findings, setting: Setting) -> str:
    """Return how good a setting is.

    For example "with 64 units 97 % of rows are right (cross-entropy 0.096)".
    """
    condition, score = say_condition(findings, setting), say_name(findings.evidence.objective)
    share = findings.get_told_share(setting)
    if share is None:
        return f"{condition} the {score} is {setting.score:.3f}"
    (said,) = say_shares([share])
    right = f"{condition} {said} of rows are right"
    if findings.evidence.objective == "accuracy":
        return right
    return f"{right} ({score} {setting.score:.3f})"


def describe_against(findings: Findings, other: Setting) -> str:
    """Return how good the best setting is beside another, and the difference.

    For example "with 64 units 97 % of rows are right, with 8 units 90 % (cross-entropy 0.096
    against 0.301; the difference is 0.20, between 0.15 and 0.25)". Where the other one has as
    many right rows or more, it says that the score decides, or that the limit of epochs ended
    its training; where the interval has no 0 in it and yet they are not told apart, it says why.
    """
    evidence, best, pair = findings.evidence, findings.best, findings.find_pair(other)
    difference = f"the difference is {say_difference(pair.difference, pair.interval)}"
    if pair.excludes_zero and not pair.told_apart and other not in findings.spared:
        difference += f", which may be chance {_say_why_chance(findings, pair)}"
    first, second = say_condition(findings, best), say_condition(findings, other, again=True)
    score = say_name(evidence.objective)
    own_share, other_share = findings.get_told_share(best), findings.get_told_share(other)
    own, others = _say_scores(findings, other)
    if other in findings.spared:
        epochs = count_noun(evidence.record.settings.epochs, "epoch")
        others += f", still falling after {epochs}"
    if own_share is None or other_share is None:
        return f"{first} the {score} is {own}, {second} {others}; {difference}"
    shares = say_shares([own_share, other_share])
    as_right = other_share > own_share or shares[0] == shares[1]  # yet behind by the score
    decides = as_right and other not in findings.spared
    named = f"the {score} decides:" if decides else score
    scores = f"{named} {own} against {others}; "
    if evidence.objective == "accuracy":
        scores = ""
    return f"{first} {shares[0]} of rows are right, {second} {shares[1]} ({scores}{difference})"


def _say_scores(findings: Findings, other: Setting) -> list[str]:
    """Return the scores of the best setting and another, with digits that tell them apart."""
    scores = [score for score in (findings.best.score, other.score) if score is not None]
    texts = [[f"{score:.{decimals}f}" for score in scores] for decimals in (3, 4, 5, 6)]
    return next((each for each in texts if len(set(each)) > 1), texts[0])


def _say_why_chance(findings: Findings, pair: Pair[Value]) -> str:
    """Return why a difference whose interval has no 0 in it may be chance."""
    if pair.p <= LEVEL:  # by itself it is told
        return f"among {say_count(len(findings.tried))} settings"
    return f"with {count_noun(findings.comparison.rounds, findings.comparison.unit)} of each"


def describe_others(findings: Findings, settings: Sequence[Setting] | None = None) -> str:
    """Return which other settings are as good, or may be, as the end of a sentence.

    Args:
        settings: Those to mention. Defaults to all.
    """
    mentioned = findings.tried if settings is None else settings
    good = [s for s in findings.sort(findings.as_good) if s in mentioned and s is not findings.best]
    open_ones = [s for s in findings.sort(findings.open) if s in mentioned]
    short = [s for s in findings.sort(findings.short_of_rows) if s in mentioned]
    parts = []
    if good:
        right = _say_right_too(findings, good[0]) if len(good) == 1 else ""
        parts.append(f"; {_say_as_well(findings, good)} on these rows{right}")
    if short:
        parts.append(f"; whether {_say_as_well(findings, short)} takes more rows to tell")
    if open_ones:
        parts.append(f"; whether {_say_as_well(findings, open_ones)} cannot be told yet")
    return "".join(parts)


def _say_as_well(findings: Findings, settings: Sequence[Setting]) -> str:
    """Return that some settings do as well: "two hidden layers do as well".

    "No dropout does as well" would say the opposite, so a setting that lacks the thing comes
    first, as "it does as well without dropout".
    """
    values = [setting.value for setting in findings.sort(settings)]
    values.sort(key=lambda value: not say_with(findings.name, value).startswith("without "))
    if (condition := say_with(findings.name, values[0])).startswith("without "):
        also = f" and with {say_things(findings.name, values[1:])}" if len(values) > 1 else ""
        return f"it does as well {condition}{also}"
    things = say_things(findings.name, values)
    several = len(values) > 1 or things.endswith(("layers", "units", "blocks", "filters"))
    return f"{things} {'do' if several else 'does'} as well"


def describe_undecided(findings: Findings, other: Setting) -> str:
    """Return that the question cannot be answered yet, and what may answer it.

    Args:
        other: A setting that is unclear.
    """
    evidence, comparison = findings.evidence, findings.comparison
    against = describe_against(findings, other)
    if other in findings.short_of_rows:
        rows = f"these {evidence.record.split.scored_rows:,} rows"
        return f"{UNDECIDED} from {rows}: {against}; more trials would not tell, more rows may."
    more = ""
    if evidence.compared in (None, findings.name):  # others are drawn once for all settings
        more = describe_more_trials(evidence, comparison, findings.find_pair(other))
    rounds = comparison.rounds
    of_each = f"{say_count(rounds)} of each setting"
    if comparison.unit == "draw":
        of_each = f"{count_noun(rounds, 'draw')} of each setting"
    few = f", only {of_each}" if rounds < FEWEST_ROUNDS else ""
    return f"{UNDECIDED} from {_say_trials(findings)}{few}: {against}{more}."


def describe_untried(findings: Findings) -> str:
    """Return that too few settings have a completed trial to be compared."""
    if not findings.tried:
        return f"{UNDECIDED}: none of {_say_trials(findings)} was completed."
    return (
        f"{UNDECIDED} from {_say_trials(findings)}, because only one setting was completed: "
        f"{describe_setting(findings, findings.best)}. {say_more_trials(findings.evidence)}"
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


def _say_trials(findings: Findings) -> str:
    return count_noun(len(findings.evidence.records), "trial")
