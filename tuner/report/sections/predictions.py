"""The exported model's out-of-fold predictions: its mistakes, and its calibration."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuner.analysis import SCORES, ClassScore, Threshold
from tuner.report.blocks import Columns, FigureBlock, Paragraphs, TableBlock
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
from tuner.words import count_noun, format_score, list_counts, say_probability

__all__ = ["make_predictions_section"]

_TALL = 12  # rows from which on a table scrolls


def make_predictions_section(content: ReportContent) -> Section:
    """Return the mistakes of the exported model, by class, and its calibration."""
    picks, predictions = content.picks, content.predictions
    classes = tuple(map(str, content.record.data["classes"]))
    counts = count_confusions(predictions.predicted, content.truth.y, len(classes))
    height = max(220, min(620, 30 * min(len(classes), MAX_CLASSES) + 60))
    figures = (
        _make_matrix_figure(counts, classes, height),
        _make_calibration_figure(
            content, picks.calibration.scale(predictions.probabilities), height
        ),
    )
    model = "ensemble" if picks.exported == "ensemble" else f"network (trial {picks.best.trial})"
    wrong = int(counts.sum() - np.trace(counts))
    text = (
        f"Of {int(counts.sum()):,} out-of-fold predictions of the exported {model}"
        f"{', by its threshold,' if predictions.threshold else ','} {wrong:,} "
        f"{'is' if wrong == 1 else 'are'} wrong." + _describe_worst(counts, classes)
    )
    title = "Which mistakes does the model make?"
    rare = _describe_rare_classes(content.record.data)
    texts = (text, *rare, *_describe_threshold(predictions.threshold))
    table = _make_class_table(predictions.class_scores)
    return Section("predictions", title, (Paragraphs(texts), Columns(figures), table))


def _describe_rare_classes(data: Mapping[str, Any]) -> list[str]:
    """Say which classes the model does not know, since they had too few rows."""
    texts = []
    if left_out := data.get("left_out_classes"):
        texts.append(
            f"It does not know {list_counts(left_out)}, which had too few rows for the folds and "
            "were left out."
        )
    if pooled := data.get("pooled_classes"):
        texts.append(
            f"Its class {data['classes'][-1]} stands for {list_counts(pooled)}, which had too few "
            "rows for the folds."
        )
    return texts


def _describe_threshold(threshold: Threshold | None) -> list[str]:
    if threshold is None:
        return []
    gain = format_score(threshold.score - threshold.half, threshold.standard_error)
    least = say_probability(threshold.value)
    return [
        f"{threshold.predicted} is predicted from a probability of {least} on, "
        f"chosen for {threshold.rule}: {threshold.score:.4f} on folds that did not choose it, "
        f"against {threshold.half:.4f} at 0.5; the difference is {gain}."
    ]


def _make_class_table(classes: Sequence[ClassScore]) -> TableBlock:
    """Return the recall and the precision of each class, the one with the lowest recall first."""
    ordered = sorted(classes, key=lambda each: -1 if each.recall is None else each.recall)
    rows = tuple(
        (
            each.name,
            f"{each.rows:,}",
            _format_share(each.recall, each.recall_standard_error),
            _format_share(each.precision, each.precision_standard_error),
        )
        for each in ordered
    )
    header = ("class", "rows", "recall", "precision")
    return TableBlock(header, rows, number_columns=frozenset({1, 2, 3}), tall=len(rows) > _TALL)


def _format_share(share: float | None, error: float | None) -> str:
    return "–" if share is None or error is None else format_score(share, error)


def _make_matrix_figure(counts: np.ndarray, classes: tuple[str, ...], height: int) -> FigureBlock:
    caption = (
        "Rows of each true class by predicted class. The darker a square, the larger its share of "
        "the true class."
    )
    if len(classes) > MAX_CLASSES:
        caption += f" Only the {MAX_CLASSES} most confused classes are shown."
    chart = to_specification(draw_confusion_matrix(counts, classes), height=height)
    return FigureBlock("confusion", chart, "Which classes are confused?", caption)


def _make_calibration_figure(
    content: ReportContent, probabilities: np.ndarray, height: int
) -> FigureBlock:
    bins = make_confidence_bins(probabilities, content.truth.y)
    error = float(content.truth.score_clusters(SCORES["calibration_error"], probabilities).mean())
    caption = (
        f"Expected calibration error {error:.4f}: the mean distance from the dashed line, weighted "
        "by rows. On the line, the accuracy equals the probability; below it, the probabilities "
        "are too high."
    )
    chart = to_specification(draw_reliability_diagram(bins), height=height)
    return FigureBlock("calibration", chart, "Are the probabilities calibrated?", caption)


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
