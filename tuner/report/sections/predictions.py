"""What the exported networks predict: which classes they confuse, and how sure they may be."""

import numpy as np

from tuner.analysis import SCORES, average_out_of_fold
from tuner.report.blocks import Columns, Figure, Paragraphs
from tuner.report.content import ReportContent
from tuner.report.figures import (
    count_confusions,
    draw_confusion_matrix,
    draw_reliability_diagram,
    make_confidence_bins,
    to_specification,
)
from tuner.report.figures.confusion import CLASSES
from tuner.report.page import Section
from tuner.words import count_noun

__all__ = ["make_predictions_section"]


def make_predictions_section(content: ReportContent) -> Section:
    """Return the confusion matrix and the calibration of what is exported."""
    probabilities = average_out_of_fold(
        content.study, content.picks.members(content.picks.exported)
    )
    counts = count_confusions(probabilities, content.truth.y)
    error = float(content.truth.score_clusters(SCORES["calibration_error"], probabilities).mean())
    bins = make_confidence_bins(probabilities, content.truth.y)
    names = tuple(map(str, content.record.data["classes"]))
    shown = min(len(names), CLASSES)
    matrix = Figure(
        "confusion",
        to_specification(
            draw_confusion_matrix(counts, names), height=max(220, min(620, 30 * shown + 60))
        ),
        "Which classes are confused",
        "Rows of each true class by the class that was predicted; the darker, the larger the share "
        "of the true class."
        + (f" The {shown} most confused classes." if shown < len(names) else ""),
    )
    calibration = Figure(
        "calibration",
        to_specification(
            draw_reliability_diagram(bins), height=max(220, min(620, 30 * shown + 60))
        ),
        "Does a probability mean what it says",
        f"Expected calibration error {error:.4f}: the mean distance from the dashed line, on which "
        "accuracy is what was promised. Points below it are too sure.",
    )
    pick = content.picks.exported
    what = "the ensemble" if pick == "ensemble" else f"trial {content.picks.best.trial}"
    wrong = int(counts.sum() - np.trace(counts))
    noun = (
        "row" if content.record.split.repeats == 1 else "prediction"
    )  # a row has one of each repeat
    words = Paragraphs(
        (
            f"Out-of-fold predictions of {what}, which is exported: {count_noun(wrong, noun)} of "
            f"{int(counts.sum()):,} {'is' if wrong == 1 else 'are'} wrong.{_worst(counts, names)}",
        )
    )
    return Section("predictions", "Where is it wrong?", (words, Columns((matrix, calibration))))


def _worst(counts: np.ndarray, names: tuple[str, ...]) -> str:
    """Return a sentence on the commonest mistake; empty where there is none."""
    mistakes = counts - np.diag(np.diag(counts))
    if not mistakes.any():
        return ""
    true, predicted = np.unravel_index(mistakes.argmax(), mistakes.shape)
    times = count_noun(int(mistakes.max()), "time")
    return f" The commonest mistake, {times}: {names[true]} taken for {names[predicted]}."
