"""The answers of a study in sentences, with the records that a report draws beside them."""

from tuner.analysis.answers.answered import is_answered
from tuner.analysis.answers.evidence import Evidence, TrialEvidence
from tuner.analysis.answers.questions import answer_parts, make_answers, make_own_answer
from tuner.analysis.answers.records import Answer, Answers, Cell, Fit, Point, Span

__all__ = [
    "Answer",
    "Answers",
    "Cell",
    "Evidence",
    "Fit",
    "Point",
    "Span",
    "TrialEvidence",
    "answer_parts",
    "is_answered",
    "make_answers",
    "make_own_answer",
]
