"""The answers of a study in sentences, with the records that a report draws beside them."""

from tuner.analysis.answers.binning import bin_trials, compare_binned
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
    "bin_trials",
    "compare_binned",
    "make_answers",
    "make_own_answer",
]
