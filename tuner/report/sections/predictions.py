"""The exported model's out-of-fold predictions: its mistakes, and its calibration."""

import numpy as np

from tuner.analysis import SCORES, average_out_of_fold
from tuner.report.blocks import Columns, Figure, Paragraphs
from tuner.report.content import ReportContent
from tuner.report.figures import (
    MAX_CLASSES,
    count_confusions,
    draw_confusion_matrix,
    draw_reliability_diagram,
    make_confidence_bins,
    to_specification,
)
from tuner.report.page import Section
from tuner.words import count_noun

__all__ = ["make_predictions_section"]


def make_predictions_section(content: ReportContent) -> Section:
    """Return the confusion matrix and the calibration of the exported model."""
    picks = content.picks
    probabilities = average_out_of_fold(content.study, picks.list_members(picks.exported))
    counts = count_confusions(probabilities, content.truth.y)
    classes = tuple(map(str, content.record.data["classes"]))
    height = max(220, min(620, 30 * min(len(classes), MAX_CLASSES) + 60))
    figures = (
        _make_matrix_figure(counts, classes, height),
        _make_calibration_figure(content, probabilities, height),
    )
    model = "ensemble" if picks.exported == "ensemble" else f"network (trial {picks.best.trial})"
    wrong = int(counts.sum() - np.trace(counts))
    text = (
        f"Of {int(counts.sum()):,} out-of-fold predictions of the exported {model}, {wrong:,} "
        f"{'is' if wrong == 1 else 'are'} wrong." + _describe_worst(counts, classes)
    )
    title = "Which mistakes does the model make?"
    return Section("predictions", title, (Paragraphs((text,)), Columns(figures)))


def _make_matrix_figure(counts: np.ndarray, classes: tuple[str, ...], height: int) -> Figure:
    caption = (
        "Rows of each true class by predicted class. The darker a square, the larger its share of "
        "the true class."
    )
    if len(classes) > MAX_CLASSES:
        caption += f" Only the {MAX_CLASSES} most confused classes are shown."
    chart = to_specification(draw_confusion_matrix(counts, classes), height=height)
    return Figure("confusion", chart, "Which classes are confused?", caption)


def _make_calibration_figure(
    content: ReportContent, probabilities: np.ndarray, height: int
) -> Figure:
    bins = make_confidence_bins(probabilities, content.truth.y)
    error = float(content.truth.score_clusters(SCORES["calibration_error"], probabilities).mean())
    caption = (
        f"Expected calibration error {error:.4f}: the mean distance from the dashed line, weighted "
        "by rows. On the line, the accuracy equals the probability; below it, the probabilities "
        "are too high."
    )
    chart = to_specification(draw_reliability_diagram(bins), height=height)
    return Figure("calibration", chart, "Are the probabilities calibrated?", caption)


def _describe_worst(counts: np.ndarray, classes: tuple[str, ...]) -> str:
    """Return a sentence about the most frequent mistake; empty if there is none."""
    mistakes = counts - np.diag(np.diag(counts))
    if not mistakes.any():
        return ""
    true, predicted = np.unravel_index(mistakes.argmax(), mistakes.shape)
    times = count_noun(int(mistakes.max()), "time")
    return (
        f" The most frequent mistake, {times}: {classes[true]} predicted as {classes[predicted]}."
    )
