"""The answers of a study in words, with what a report draws beside them."""

from tuner.analysis.answers.answering import make_answers
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.records import Answers, Cell, Fit, Point, Section, Span

__all__ = [
    "Answers",
    "Cell",
    "Evidence",
    "Fit",
    "Point",
    "Section",
    "Span",
    "make_answers",
]
