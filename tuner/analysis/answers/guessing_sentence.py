"""The answer where no network is shown to do better than guessing."""

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.findings import Findings
from tuner.analysis.answers.plain_sentences import say_condition
from tuner.words import get_told_share, say_interval, say_name, say_shares, say_subject

__all__ = ["GUESSING", "answer_guessing", "describe_beside_guessing"]

GUESSING = "No network is shown to do better than guessing"


def answer_guessing(findings: Findings) -> str:
    """Answer where nothing is learned: which setting learns it best is then no question."""
    best = findings.best
    assert best.score is not None  # it has a completed trial
    beside = describe_beside_guessing(
        findings.evidence, say_condition(findings, best), best.score, best.accuracy
    )
    return f"{GUESSING}, whatever {say_subject(findings.name)}: {beside}."


def describe_beside_guessing(
    evidence: Evidence, condition: str, score: float, accuracy: float | None
) -> str:
    """Return how good a network and what is exported are beside guessing.

    For example "with 64 units 52 % of rows are right, by guessing the most frequent class 51 %
    (cross-entropy 0.694 against 0.693; corrected for the choice, what is exported comes to
    0.712, 95 % interval 0.65 to 0.78)". What is exported is what is compared.

    Args:
        evidence: The study's evidence, in which guessing is not worse than what is exported.
        condition: The network: "with 64 units".
        score: Its score.
        accuracy: Its share of right rows. None if it is not known.
    """
    guessing, objective = evidence.guessing, evidence.objective
    assert guessing is not None  # else nothing would be compared with it
    own, chance = f"{score:.3f}", f"{guessing.scores[objective].value:.3f}"
    corrected = ""
    if evidence.correction:
        corrected = (
            f"{evidence.correction}, what is exported comes to "
            f"{evidence.exported_score:.3f}, {say_interval(*evidence.exported_interval)}"
        )
    name = say_name(objective)
    own_share = get_told_share(objective, accuracy)
    guessed_share = get_told_share(objective, guessing.accuracy)
    if own_share is None or guessed_share is None:
        told = f"{condition} the {name} is {own}, with guessing {chance}"
        return f"{told}; {corrected}" if corrected else told
    shares = say_shares([own_share, guessed_share])
    scores = "" if objective == "accuracy" else f"{name} {own} against {chance}"
    brackets = "; ".join(part for part in (scores, corrected) if part)
    return (
        f"{condition} {shares[0]} of rows are right, by guessing the most frequent class "
        f"{shares[1]}{f' ({brackets})' if brackets else ''}"
    )
