"""What is best, how good it is, and whether a network is worth it at all."""

from collections.abc import Sequence

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.baselines import JudgedBaseline
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

__all__ = ["headline"]

_SMALLER = 1.1  # so many times fewer parameters are worth a word


def headline(evidence: Evidence) -> tuple[str, ...]:
    """Return the first lines of the answers: a baseline that wins comes before everything."""
    ordered = sorted(evidence.baselines, key=lambda each: _loss(evidence, each))
    wins = [each for each in ordered if each.verdict == "wins"]
    return (
        *([_beaten(evidence, wins)] if wins else []),
        _best(evidence, beaten=bool(wins)),
        *_corrected(evidence),
        *_ensemble(evidence),
        *_baselines(evidence, ordered),
        _smallest(evidence),
    )


def _loss(evidence: Evidence, baseline: JudgedBaseline) -> float:
    score = baseline.scores[evidence.objective].value
    return -score if evidence.maximise else score


def _scored(evidence: Evidence, baseline: JudgedBaseline) -> str:
    score = baseline.scores[evidence.objective]
    return say_score(evidence.objective, score.value, score.standard_error)


def _difference(baseline: JudgedBaseline) -> str:
    return say_number(abs(baseline.difference), baseline.standard_error)


def _called(baseline: JudgedBaseline) -> str:
    return "the majority class" if baseline.name == "majority class" else baseline.name


def _beaten(evidence: Evidence, wins: Sequence[JudgedBaseline]) -> str:
    first, *others = wins
    also = [
        f"{_called(each)} ({_scored(evidence, each)}) by {_difference(each)}" for each in others
    ]
    return (
        f"{capitalize_first(_called(first))} is better than {_exported(evidence)}: "
        f"{_scored(evidence, first)}, better by {_difference(first)}."
        + (f" So is {join_words(also)}." if also else "")
    )


def _best(evidence: Evidence, *, beaten: bool) -> str:
    best, fixed = evidence.best, evidence.study.fixed
    values = {name: v for name, v in best.hyperparameters.items() if name not in fixed}
    described = (
        f" ({say_hyperparameters({**values, **best.derived})})" if values or best.derived else ""
    )
    score = say_score(evidence.objective, best.score, best.standard_error)
    trials = count_noun(len(evidence.records), "trial")
    what = "best network" if beaten else "best"
    if best.hyperparameters.get("depth") == 0 and not best.hyperparameters.get("blocks"):
        described += ", which has no hidden layer"
    return (
        f"The {what} of {trials} is trial {best.trial}{described}: {score}, with "
        f"{count_noun(best.parameters, 'parameter')}."
    )


def _corrected(evidence: Evidence) -> list[str]:
    completed = len(evidence.completed)
    if completed < 2:
        return []
    low, high = evidence.best.corrected_interval
    score = round_to_error(evidence.best.corrected_score, (high - low) / 4)
    return [
        f"Corrected for the choice among {completed} completed trials, its "
        f"{say_name(evidence.objective)} is {score} ({say_interval(low, high)})."
    ]


def _ensemble(evidence: Evidence) -> list[str]:
    """Return what is said of an ensemble that is clearly better than the best network."""
    ensemble = evidence.ensemble
    if ensemble is None or not ensemble.better:
        return []
    low, high = ensemble.corrected_interval
    corrected = round_to_error(ensemble.corrected_score, (high - low) / 4)
    score = say_score(evidence.objective, ensemble.score, ensemble.standard_error)
    trials = join_words([str(member.trial) for member in ensemble.members])
    whose = f"trials {trials}" if len(ensemble.members) > 1 else f"trial {trials}"
    return [
        "What was exported is better: an ensemble, the mean of "
        f"{sum(m.networks for m in ensemble.members)} networks of {whose}, {score}, corrected "
        f"for the choice {corrected} ({say_interval(low, high)})."
    ]


def _baselines(evidence: Evidence, ordered: Sequence[JudgedBaseline]) -> list[str]:
    """Return how what is exported stands beside the baselines that do not win."""
    ties = [each for each in ordered if each.verdict == "ties"]
    loses = [each for each in ordered if each.verdict == "loses"]
    sentences = [
        f"{capitalize_first(_called(each))} does as well as {_exported(evidence)}: "
        f"{_scored(evidence, each)}, a difference of {_difference(each)}."
        for each in ties
    ]
    if not loses:
        return sentences
    behind = join_words(
        [f"{_called(each)} by {_difference(each)} ({_scored(evidence, each)})" for each in loses]
    )
    if len(loses) < len(ordered):
        return [*sentences, f"{capitalize_first(_exported(evidence))} is better than {behind}."]
    return [f"A network is worth it: {_exported(evidence)} is better than {behind}."]


def _exported(evidence: Evidence) -> str:
    """Return what is exported, as the baselines are judged beside it."""
    what = "the best network" if evidence.exported is evidence.best else "the ensemble"
    return what if len(evidence.completed) < 2 else f"{what} (corrected for the choice)"


def _smallest(evidence: Evidence) -> str:
    best, smallest = evidence.best, evidence.smallest
    if best.parameters < _SMALLER * smallest.parameters:
        return "No network that is clearly smaller is within one standard error of the best."
    fixed = evidence.study.fixed
    values = {name: v for name, v in smallest.hyperparameters.items() if name not in fixed}
    score = say_score(evidence.objective, smallest.score, smallest.standard_error)
    return (
        f"The smallest network within one standard error of the best is trial {smallest.trial} "
        f"({say_hyperparameters({**values, **smallest.derived})}): {score}, with "
        f"{count_noun(smallest.parameters, 'parameter')}, "
        f"{say_fewer(smallest.parameters, than=best.parameters)}."
    )
