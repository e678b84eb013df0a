"""The answer on which hyperparameters matter most."""

from collections.abc import Iterable

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.answers.more_trials import say_more_trials
from tuner.analysis.answers.records import Answer
from tuner.words import capitalize_first, count_noun, join_words, say_name

__all__ = ["importance_answer"]

_MOST = 0.5  # of the importance: what has less decides little


def importance_answer(evidence: Evidence) -> Answer:
    """Answer which hyperparameters decide whether a trial is good."""
    return Answer(
        title="Which hyperparameters matter most?",
        hyperparameters=tuple(evidence.importance.shares),
        sentences=_describe_importance(evidence),
        importance=evidence.importance,
    )


def _describe_importance(evidence: Evidence) -> tuple[str, ...]:
    importance = evidence.importance
    if importance.reason:
        unknown = f"It is unknown which hyperparameters matter, because {importance.reason}."
        return unknown, say_more_trials(evidence)
    shares = {name: f"{100 * share:.0f} %" for name, share in importance.shares.items()}
    above = [f"{say_name(name)} ({shares[name]})" for name in importance.above_chance]
    above[:1] = [name.replace("%)", "% of the importance)") for name in above[:1]]
    if not above:
        return _describe_none(evidence), say_more_trials(evidence)
    decided = "is decided by"
    if sum(importance.shares[name] for name in importance.above_chance) < _MOST:
        decided = "is shown to depend on nothing but"
    first = (
        f"Whether a trial is among the best {importance.good} of {importance.trials} {decided} "
        f"{join_words(above)}. Even so, the best trials of different settings can be equally good."
    )
    return first, *_describe_below(evidence)


def _describe_below(evidence: Evidence) -> list[str]:
    """Return which hyperparameters are not important beside those that are."""
    importance = evidence.importance
    below = [name for name in importance.shares if name not in importance.above_chance]
    if not below:
        return []
    verb = "is" if len(below) == 1 else "are"
    names = join_words([say_name(name) for name in below])
    sentence = capitalize_first(f"{names} {verb} no more important than by chance.")
    if told := _list_told_apart(evidence, below):
        sentence += (
            f" Yet settings of {join_words(told)} are told apart, by the best trials of each."
        )
    return [sentence]


def _describe_none(evidence: Evidence) -> str:
    """Return that no hyperparameter is important. Its settings may be told apart nevertheless."""
    importance = evidence.importance
    trials = count_noun(importance.trials, "trial")
    told = _list_told_apart(evidence, importance.shares)
    if not told:
        return (
            f"Nothing shows in {trials} that any hyperparameter matters: none is more important "
            "than by chance."
        )
    return (
        f"Of {trials}, which are among the best {importance.good} is decided by no hyperparameter "
        f"more than by chance. Yet settings of {join_words(told)} are told apart, by the best "
        "trials of each."
    )


def _list_told_apart(evidence: Evidence, names: Iterable[str]) -> list[str]:
    """Return those hyperparameters, in words, of which settings are told apart."""
    return [
        say_name(name)
        for name in names
        if any(pair.told_apart for pair in compare_hyperparameter(evidence, name).pairs)
    ]
