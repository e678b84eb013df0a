"""The answer on a hyperparameter that needs no sentences of its own."""

from tuner.analysis.answers.comparison_sentences import describe_comparison
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.answers.overfitting import make_points
from tuner.analysis.answers.records import Answer
from tuner.space import FloatRange, IntRange
from tuner.words import say_name

__all__ = ["hyperparameter_answer", "is_log"]


def hyperparameter_answer(evidence: Evidence, name: str, title: str | None = None) -> Answer:
    """Answer which settings of a hyperparameter are best.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter.
        title: The question. None for "Which … is best?".
    """
    return Answer(
        title=title or f"Which {say_name(name)} is best?",
        hyperparameters=(name,),
        sentences=describe_comparison(evidence, name),
        comparison=compare_hyperparameter(evidence, name),
        points=make_points(evidence, name),
        log=is_log(evidence, name),
    )


def is_log(evidence: Evidence, name: str) -> bool:
    """Return whether a hyperparameter is on a logarithmic scale.

    A range says so itself. A list of numbers is if they are above 0 and span a factor of 8.
    """
    domain = evidence.find_domain(name)
    if isinstance(domain, IntRange | FloatRange):
        return domain.log
    values = [record.hyperparameters.get(name) for record in evidence.records]
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    return bool(numbers) and min(numbers) > 0 and max(numbers) >= 8 * min(numbers)
