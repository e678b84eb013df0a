"""The answer where no network is shown to do better than guessing."""

from tuner.analysis.answers.findings import Findings
from tuner.words import get_told_share, say_interval, say_name, say_shares, say_subject

__all__ = ["answer_guessing"]


def answer_guessing(findings: Findings) -> str:
    """Answer where nothing is learned: which setting learns it best is then no question."""
    return (
        f"No network is shown to do better than guessing, whatever {say_subject(findings.name)}: "
        f"{_describe(findings)}."
    )


def _describe(findings: Findings) -> str:
    """Return how good the best setting and what is exported are beside guessing.

    For example "with 64 units 52 % of rows are right, by guessing the most frequent class 51 %
    (cross-entropy 0.694 against 0.693; corrected for the choice, what is exported comes to
    0.712, 95 % interval 0.65 to 0.78)". What is exported is what is compared.
    """
    evidence, guessing = findings.evidence, findings.evidence.guessing
    assert guessing is not None  # it is not worse than what is exported
    objective = evidence.objective
    own, chance = f"{findings.best.score:.3f}", f"{guessing.scores[objective].value:.3f}"
    corrected = ""
    if len(evidence.completed) > 1:
        corrected = (
            "corrected for the choice, what is exported comes to "
            f"{evidence.exported_score:.3f}, {say_interval(*evidence.exported_interval)}"
        )
    condition, score = findings.say_with(findings.best), say_name(objective)
    own_share = findings.get_told_share(findings.best)
    guessed_share = get_told_share(objective, guessing.accuracy)
    if own_share is None or guessed_share is None:
        told = f"{condition} the {score} is {own}, with guessing {chance}"
        return f"{told}; {corrected}" if corrected else told
    shares = say_shares([own_share, guessed_share])
    scores = "" if objective == "accuracy" else f"{score} {own} against {chance}"
    brackets = "; ".join(part for part in (scores, corrected) if part)
    return (
        f"{condition} {shares[0]} of rows are right, by guessing the most frequent class "
        f"{shares[1]}{f' ({brackets})' if brackets else ''}"
    )
