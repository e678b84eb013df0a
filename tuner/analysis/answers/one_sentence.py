"""The answer to a question in one sentence that needs no knowledge of statistics.

There is a maker for each kind of question. Each begins with the answer in a word or two, and ends
with the numbers. A question of yes or no gets "Yes", "No" or "It cannot be told".
"""

from collections.abc import Callable

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.findings import Findings
from tuner.analysis.answers.guessing_sentence import answer_guessing
from tuner.analysis.answers.parts import PARTS
from tuner.analysis.answers.plain_sentences import (
    UNDECIDED,
    describe_against,
    describe_others,
    describe_undecided,
    describe_untried,
    say_condition,
)
from tuner.analysis.setting_records import Setting
from tuner.space import Value
from tuner.words import (
    capitalize_first,
    choose_verb,
    join_words,
    say_count,
    say_setting,
    say_subject,
    say_thing,
    say_things,
    say_with,
)

__all__ = ["answer_in_one_sentence"]


def answer_in_one_sentence(evidence: Evidence, name: str) -> str:
    """Return the answer on a hyperparameter in one sentence.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter.
    """
    findings = Findings(evidence, name)
    if len(findings.tried) < 2:
        return describe_untried(findings)
    if evidence.learns_nothing:
        return answer_guessing(findings)
    is_number = not any(isinstance(s.value, str) for s in findings.tried)
    maker = _MAKERS.get(name, _answer_which)
    if name in _NUMBERS and not is_number:  # bins of many values
        maker = _answer_which
    answer = maker(findings)
    if answer.startswith(UNDECIDED):  # it may end with a command
        return answer
    return f"{answer.removesuffix('.')}{_describe_failed(findings)}."


def _describe_failed(findings: Findings) -> str:
    """Return which settings failed in all their trials, as the end of a sentence."""
    if not findings.failed:
        return ""
    settings = findings.sort(findings.failed)
    conditions = join_words([say_with(findings.name, setting.value) for setting in settings])
    count = sum(setting.trials for setting in settings)
    trials = "the only trial" if count == 1 else f"all {count} trials"
    return f"; {conditions} {trials} failed"


def _answer_depth(findings: Findings) -> str:
    """Answer whether a deeper network is better than the shallowest that was tried."""
    if findings.evidence.has_budget:
        return _answer_deep_or_wide(findings)
    shallow = findings.sort(findings.tried)[0]
    if shallow in findings.worse:
        against = capitalize_first(describe_against(findings, shallow))
        fewest = _list_fewest(findings)
        return f"Yes. {against}{describe_others(findings, fewest)}{_describe_deeper(findings)}."
    return _answer_simplest(findings, shallow, "No")


def _describe_deeper(findings: Findings) -> str:
    """Return that more layers are no better, unless the best has most or fewer do as well."""
    deeper = [s for s in findings.tried if _is_less(findings.best, s)]
    fewer_do = any(_is_less(s, findings.best) for s in findings.as_good)
    if fewer_do or not deeper:
        return ""
    return f"; more than {say_count(int(findings.best.value))} are not shown to do better"


def _answer_deep_or_wide(findings: Findings) -> str:
    """Answer whether to go deep or wide, where the shallowest network is the widest."""
    wide = findings.sort(findings.tried)[0]
    if wide in findings.worse:
        against = describe_against(findings, wide)
        return f"Deep: {against}{describe_others(findings, _list_fewest(findings))}."
    if findings.worse and wide is findings.best:
        worst = findings.worse[-1]
        against = describe_against(findings, worst)
        return f"Wide: {against}{describe_others(findings)}."
    return _answer_simplest(findings, wide, "Wide" if findings.worse else "Neither")


def _list_fewest(findings: Findings) -> list[Setting]:
    """Return the fewest layers that do as well as the best, after those below that may."""
    may_do = findings.sort([*findings.as_good, *findings.unclear])
    fewest = next(place for place, each in enumerate(may_do) if each in findings.as_good)
    return may_do[: fewest + 1]


def _answer_simplest(findings: Findings, simplest: Setting, answer: str) -> str:
    """Answer a question whose simplest setting is not shown to be worse than any other.

    Args:
        findings: What was found.
        simplest: The simplest setting.
        answer: What the answer begins with if the setting is as good as the best.
    """
    if undecided := _find_undecided(findings, simplest):
        return describe_undecided(findings, undecided)
    if simplest is findings.best:
        unclear = describe_others(findings, findings.unclear)
        return f"{answer}: {describe_against(findings, findings.tried[1])}{unclear}."
    against = describe_against(findings, simplest)
    simply = say_condition(findings, simplest)
    return f"{answer}: on these rows it does as well {simply}, as far as can be told; {against}."


def _find_undecided(findings: Findings, reference: Setting) -> Setting | None:
    """Return a setting that leaves a question about a reference open; None if none does.

    It is another one where there are too few trials to say how any compares with the best.
    """
    if reference in findings.unclear:
        return reference
    return findings.tried[1] if findings.is_premature else None


def _answer_units(findings: Findings) -> str:
    """Answer how many units or filters are needed."""
    smallest = findings.sort(findings.tried)[0]
    undecided = _find_undecided(findings, smallest)
    if undecided and findings.worse:
        return _answer_which(findings)
    if undecided:
        return describe_undecided(findings, undecided)
    fewest = findings.sort(findings.as_good)[0]
    thing = say_thing(findings.name, fewest.value)
    if smallest in findings.worse:
        below = [s for s in findings.sort(findings.worse) if _is_less(s, fewest)]
        if len(below) < len(findings.worse):  # more can also be too many
            thing = say_things(findings.name, [s.value for s in findings.sort(findings.as_good)])
        elif fewest is not findings.best:
            thing += " or more"
        against = describe_against(findings, below[-1])
        return f"{thing}: {against}{describe_others(findings, findings.unclear)}."
    worse = [setting.value for setting in findings.sort(findings.worse)]
    too_many = f"; {say_things(findings.name, worse)} do worse" if worse else ""
    if fewest is findings.best:
        unclear = describe_others(findings, findings.unclear)
        against = describe_against(findings, findings.tried[1])
        are = "is" if fewest.value == 1 else "are"
        return f"{thing} {are} enough: {against}{too_many}{unclear}."
    do = "does" if fewest.value == 1 else "do"
    as_well = f"On these rows {thing} {do} as well, as far as can be told"
    return f"{as_well}: {describe_against(findings, fewest)}{too_many}."


def _is_less(first: Setting, second: Setting) -> bool:
    return float(first.value) < float(second.value)


def _answer_kind(findings: Findings) -> str:
    """Answer which regularizer helps."""
    return _answer_against(
        findings, "none", "No regularizer helps", "No regularizer is shown to help"
    )


def _answer_dropout(findings: Findings) -> str:
    """Answer how much dropout helps, and whether a wider network pays, if widths differ."""
    sentence = _answer_against(findings, 0, "Dropout does not help", "Dropout is not shown to help")
    if sentence.startswith(UNDECIDED):
        return sentence
    return f"{sentence.removesuffix('.')}{_describe_widening(findings.evidence)}."


def _describe_widening(evidence: Evidence) -> str:
    """Return whether a wider network pays, as the end of a sentence."""
    if "units" not in evidence.varied:
        return ""
    widths = Findings(evidence, "units")
    if len(widths.tried) < 2:
        return ""
    narrow = widths.sort(widths.tried)[0]
    least = say_thing("units", narrow.value)
    if narrow in widths.worse:
        wide = say_thing("units", widths.best.value)
        return f"; it pays to widen the network: {wide} do better than {least}"
    if widths.open:
        return "; whether it pays to widen the network cannot be told yet"
    if widths.short_of_rows:
        return "; whether it pays to widen the network takes more rows to tell"
    return f"; it does not pay to widen the network: {least} do as well"


def _answer_part(findings: Findings) -> str:
    """Answer whether a part of networks for tables helps."""
    part = PARTS[findings.name]
    does, is_shown = ("do", "are") if part.plural else ("does", "is")
    thing = capitalize_first(part.thing)
    return _answer_against(
        findings,
        part.nothing,
        f"{thing} {does} not help",
        f"{thing} {is_shown} not shown to help",
    )


def _answer_against(findings: Findings, nothing: Value, answer: str, unsure: str) -> str:
    """Answer whether any setting is better than to do nothing.

    Args:
        findings: What was found.
        nothing: The value that does nothing.
        answer: What the answer begins with if nothing has the best score.
        unsure: What it begins with if something has, and could be better by chance.
    """
    without = findings.find(nothing)
    if without is None:
        return _answer_which(findings)
    if without in findings.worse:
        thing = capitalize_first(say_thing(findings.name, findings.best.value))
        verb = "help" if choose_verb(findings.name, [findings.best.value]) == "are" else "helps"
        return f"{thing} {verb}: {describe_against(findings, without)}{describe_others(findings)}."
    if undecided := _find_undecided(findings, without):
        return describe_undecided(findings, undecided)
    if without is findings.best:
        return f"{answer}: {describe_against(findings, findings.tried[1])}."
    return f"{unsure}: {describe_against(findings, without)}."


def _answer_batch_size(findings: Findings) -> str:
    """Answer which batch size trains best, and with which other settings."""
    record = next(r for r in findings.evidence.records if r.trial == findings.best.trial)
    names = [n for n in ("learning_rate", "momentum") if n in findings.evidence.varied]
    others = [
        say_setting(name, record.hyperparameters[name])
        for name in names
        if name in record.hyperparameters
    ]
    at = f", with {join_words(others)}," if others else ""
    return _answer_which(findings, at)


def _answer_which(findings: Findings, at: str = "") -> str:
    """Answer which setting is best.

    Args:
        findings: What was found.
        at: Other settings of the best network, between commas. Defaults to none.
    """
    if findings.worse:
        thing = capitalize_first(say_thing(findings.name, findings.best.value))
        verb = choose_verb(findings.name, [findings.best.value])
        verb = "are" if findings.name in ("units", "filters") or thing.endswith("s") else verb
        best = f"{thing}{at} {verb} best"
        if thing.startswith("No "):
            best = f"It is best {say_condition(findings, findings.best)}{at.removesuffix(',')}"
        against = describe_against(findings, findings.worse[-1])
        return f"{best}: {against}{describe_others(findings)}."
    *_, farthest = findings.as_good
    if farthest is findings.best:  # all others are unclear
        return describe_undecided(findings, (findings.open or findings.unclear)[-1])
    against = describe_against(findings, farthest) + describe_others(findings, findings.unclear)
    subject = capitalize_first(say_subject(findings.name))
    among = " among those that train" if findings.failed else ""
    return f"{subject} is not shown to matter{among}: {against}."


_NUMBERS = ("depth", "units", "filters", "dropout")

_MAKERS: dict[str, Callable[[Findings], str]] = {
    "depth": _answer_depth,
    "units": _answer_units,
    "filters": _answer_units,
    "kind": _answer_kind,
    "dropout": _answer_dropout,
    "batch_size": _answer_batch_size,
    **dict.fromkeys(PARTS, _answer_part),
}
