"""The headline: what is best, how good it is, and whether a network is worth it at all."""

from collections.abc import Sequence

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.baselines import JudgedBaseline
from tuner.study import Pick
from tuner.words import (
    capitalize_first,
    count_noun,
    join_words,
    round_to_error,
    say_fewer,
    say_hyperparameters,
    say_interval,
    say_name,
    say_number,
    say_score,
)

__all__ = ["make_headline"]

_SMALLER = 1.1  # a network this many times smaller is mentioned


def make_headline(evidence: Evidence, answer: str = "") -> tuple[str, ...]:
    """Return the first sentences of the answers. A baseline that wins comes first.

    Args:
        evidence: The study's evidence.
        answer: The answer to the space's own question. Defaults to "" for none.
    """
    ordered = sorted(evidence.baselines, key=lambda baseline: _get_loss(evidence, baseline))
    winners = [baseline for baseline in ordered if baseline.verdict == "wins"]
    return (
        *([_describe_winners(evidence, winners)] if winners else []),
        *([answer] if answer else []),
        _describe_best(evidence, is_beaten=bool(winners)),
        *_describe_correction(evidence),
        *_describe_ensemble(evidence),
        *_describe_baselines(evidence, ordered),
        _describe_smallest(evidence),
    )


def _get_loss(evidence: Evidence, baseline: JudgedBaseline) -> float:
    score = baseline.scores[evidence.objective].value
    return -score if evidence.maximise else score


def _say_score(evidence: Evidence, baseline: JudgedBaseline) -> str:
    score = baseline.scores[evidence.objective]
    return say_score(evidence.objective, score.value, score.standard_error)


def _say_difference(baseline: JudgedBaseline) -> str:
    return say_number(abs(baseline.difference), baseline.standard_error)


def _describe_winners(evidence: Evidence, winners: Sequence[JudgedBaseline]) -> str:
    """Return that some baselines are better than what is exported."""
    first, *others = winners
    also = [
        f"{baseline.title} ({_say_score(evidence, baseline)}) by {_say_difference(baseline)}"
        for baseline in others
    ]
    return (
        f"{capitalize_first(first.title)} is better than {_say_exported(evidence)}: "
        f"{_say_score(evidence, first)}, better by {_say_difference(first)}."
        + (f" So is {join_words(also)}." if also else "")
    )


def _describe_best(evidence: Evidence, *, is_beaten: bool) -> str:
    best, hyperparameters = evidence.best, _say_searched(evidence, evidence.best)
    described = f" ({hyperparameters})" if hyperparameters else ""
    score = say_score(evidence.objective, best.score, best.standard_error)
    trials = count_noun(len(evidence.records), "trial")
    what = "best network" if is_beaten else "best"
    if best.hyperparameters.get("depth") == 0 and not best.hyperparameters.get("blocks"):
        described += ", which has no hidden layer"
    return (
        f"The {what} of {trials} is trial {best.trial}{described}: {score}, with "
        f"{count_noun(best.parameters, 'parameter')}."
    )


def _say_searched(evidence: Evidence, pick: Pick) -> str:
    """Return the hyperparameters that are not fixed in the space, and the derived values."""
    fixed = evidence.study.fixed
    searched = {name: v for name, v in pick.hyperparameters.items() if name not in fixed}
    return say_hyperparameters({**searched, **pick.derived})


def _describe_correction(evidence: Evidence) -> list[str]:
    completed = len(evidence.completed)
    if completed < 2:
        return []
    low, high = evidence.best.corrected_interval
    score = round_to_error(evidence.best.corrected_score, (high - low) / 4)
    return [
        f"Corrected for the choice among {completed} completed trials, its "
        f"{say_name(evidence.objective)} is {score} ({say_interval(low, high)})."
    ]


def _describe_ensemble(evidence: Evidence) -> list[str]:
    """Return the score of the ensemble, if it is better than the best network."""
    ensemble = evidence.ensemble
    if ensemble is None or not ensemble.better:
        return []
    low, high = ensemble.corrected_interval
    corrected = round_to_error(ensemble.corrected_score, (high - low) / 4)
    score = say_score(evidence.objective, ensemble.score, ensemble.standard_error)
    trials = join_words([str(member.trial) for member in ensemble.members])
    of_trials = f"trials {trials}" if len(ensemble.members) > 1 else f"trial {trials}"
    networks = sum(member.networks for member in ensemble.members)
    return [
        f"The exported ensemble is better, the mean of {networks} networks of {of_trials}: "
        f"{score}, corrected for the choice {corrected} ({say_interval(low, high)})."
    ]


def _describe_baselines(evidence: Evidence, ordered: Sequence[JudgedBaseline]) -> list[str]:
    """Return how what is exported compares with the baselines that do not win."""
    ties = [baseline for baseline in ordered if baseline.verdict == "ties"]
    loses = [baseline for baseline in ordered if baseline.verdict == "loses"]
    sentences = [
        f"{capitalize_first(baseline.title)} does as well as {_say_exported(evidence)}: "
        f"{_say_score(evidence, baseline)}, a difference of {_say_difference(baseline)}."
        for baseline in ties
    ]
    if not loses:
        return sentences
    behind = join_words(
        [
            f"{baseline.title} by {_say_difference(baseline)} ({_say_score(evidence, baseline)})"
            for baseline in loses
        ]
    )
    if len(loses) < len(ordered):
        return [*sentences, f"{capitalize_first(_say_exported(evidence))} is better than {behind}."]
    return [f"A network is worth it: {_say_exported(evidence)} is better than {behind}."]


def _say_exported(evidence: Evidence) -> str:
    """Return the name of what is exported, which the baselines are compared with."""
    what = "the best network" if evidence.exported is evidence.best else "the ensemble"
    return what if len(evidence.completed) < 2 else f"{what} (corrected for the choice)"


def _describe_smallest(evidence: Evidence) -> str:
    best, smallest = evidence.best, evidence.smallest
    if best.parameters < _SMALLER * smallest.parameters:
        return "No clearly smaller network is within one standard error of the best."
    score = say_score(evidence.objective, smallest.score, smallest.standard_error)
    return (
        f"The smallest network within one standard error of the best is trial {smallest.trial} "
        f"({_say_searched(evidence, smallest)}): {score}, with "
        f"{count_noun(smallest.parameters, 'parameter')}, "
        f"{say_fewer(smallest.parameters, than=best.parameters)}."
    )
