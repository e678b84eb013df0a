"""The answer to a question in one sentence that needs no knowledge of statistics."""

from collections.abc import Callable

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.findings import Findings
from tuner.analysis.setting_comparison import Comparison, Setting
from tuner.words import capitalize_first, join_words, say_count, say_shares, say_thing, say_with

__all__ = ["answer_in_one_sentence", "describe_network"]

_SEVERAL = ("units", "filters")  # their things are plural


def answer_in_one_sentence(evidence: Evidence, name: str, comparison: Comparison) -> str:
    """Return the answer on a hyperparameter in one sentence.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter.
        comparison: The comparison of its settings.
    """
    findings = Findings(evidence, name, comparison)
    if len(findings.tried) < 2:
        return findings.describe_untried()
    return _MAKERS.get(name, _answer_which)(findings)


def describe_network(evidence: Evidence) -> str:
    """Return in one sentence which network is best, for a space that compares nothing."""
    best = evidence.best
    fixed = evidence.study.fixed
    things = [
        say_thing(name, best.hyperparameters[name])
        for name in ("blocks", "filters", "depth", "units")
        if name in best.hyperparameters and name not in fixed
    ]
    network = f"A network with {join_words(things)}" if things else f"Trial {best.trial}"
    score = f"{evidence.objective} {best.score:.3f}".replace("_", "-")
    if "accuracy" not in best.scores:
        return f"{network} is best: {score}."
    (share,) = say_shares([best.scores["accuracy"]])
    return f"{network} is best: {share} of rows are right ({score})."


def _answer_depth(findings: Findings) -> str:
    """Answer whether a deeper network is better than the shallowest that was tried."""
    if any("parameters" in r.hyperparameters for r in findings.evidence.records):
        return _answer_which(findings)
    shallow = min(findings.tried, key=lambda setting: float(setting.value))
    without = "without any" if shallow.value == 0 else f"with {say_count(int(shallow.value))}"
    if shallow in findings.worse:
        fewest = min(findings.alike, key=lambda setting: float(setting.value))
        more = (
            ""
            if fewest is findings.best
            else f"; more than {say_count(int(fewest.value))} are not shown to help"
        )
        described = capitalize_first(findings.describe_against(shallow, without))
        return f"Yes. {described}{more}."
    if shallow is findings.best:
        deeper = findings.tried[1]
        return f"No: {findings.describe_against(deeper)}."
    return findings.describe_undecided(shallow, without)


def _answer_kind(findings: Findings) -> str:
    """Answer which regularizer helps."""
    return _answer_against(findings, "none")


def _answer_dropout(findings: Findings) -> str:
    """Answer whether dropout helps."""
    return _answer_against(findings, 0)


def _answer_against(findings: Findings, nothing: str | float) -> str:
    """Answer whether any setting is better than to do nothing."""
    without = findings.find(nothing)
    if without is None:
        return _answer_which(findings)
    if without in findings.worse:
        others = _say_others(findings)
        thing = capitalize_first(say_thing(findings.name, findings.best.value))
        return f"{thing} helps: {findings.describe_against(without)}{others}."
    if without is findings.best:
        return f"None helps: {findings.describe_against(findings.tried[1])}."
    return findings.describe_undecided(without)


def _answer_which(findings: Findings) -> str:
    """Answer which setting is best."""
    if not findings.worse:
        return findings.describe_undecided(findings.tried[-1])
    thing = capitalize_first(say_thing(findings.name, findings.best.value))
    verb = "are" if findings.name in _SEVERAL or thing.endswith("layers") else "is"
    described = findings.describe_against(findings.worse[-1])
    return f"{thing} {verb} best: {described}{_say_others(findings)}."


def _say_others(findings: Findings) -> str:
    """Return which settings cannot be told apart from the best, as the end of a sentence."""
    others = sorted(findings.alike[1:], key=_make_key)
    if not others:
        return ""
    listed = join_words([say_with(findings.name, other.value) for other in others])
    return f"; it cannot be told whether it does as well {listed}"


def _make_key(setting: Setting) -> tuple[float, str]:
    value = setting.value
    return (0.0, value) if isinstance(value, str) else (float(value), "")


_MAKERS: dict[str, Callable[[Findings], str]] = {
    "depth": _answer_depth,
    "kind": _answer_kind,
    "dropout": _answer_dropout,
}
