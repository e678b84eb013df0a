"""Which hyperparameters matter, in words."""

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.records import Answer
from tuner.words import capitalize_first, count_noun, join_words, say_name

__all__ = ["importance_answer"]


def importance_answer(evidence: Evidence) -> Answer:
    """Return which hyperparameters decide whether a trial is good."""
    found = evidence.importance
    return Answer(
        title="Which hyperparameters matter most?",
        hyperparameters=tuple(found.shares),
        sentences=_sentences(evidence),
        importance=found,
    )


def _sentences(evidence: Evidence) -> tuple[str, ...]:
    found = evidence.importance
    if found.reason:
        told = f"It cannot be told which hyperparameters matter, since {found.reason}."
        return told, evidence.more_trials
    above = [f"{say_name(name)} ({100 * found.shares[name]:.0f} %)" for name in found.above_chance]
    above[:1] = [each.replace("%)", "% of the importance)") for each in above[:1]]
    below = [say_name(name) for name in found.shares if name not in found.above_chance]
    if not above:
        return (
            f"In {count_noun(found.trials, 'trial')} no hyperparameter is shown to matter: none "
            "has more importance than chance gives.",
            evidence.more_trials,
        )
    first = (
        f"Whether a trial is among the best {found.good} of {found.trials} is decided by "
        f"{join_words(above)}. The best trials of different settings may be alike all the same."
    )
    if not below:
        return (first,)
    have = "has" if len(below) == 1 else "have"
    return (
        first,
        f"{capitalize_first(join_words(below))} {have} no more importance than chance gives.",
    )
