"""What a pick of a study predicts for the rows that its networks were not trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.analysis.calibration import scale_probabilities
from tuner.analysis.class_scores import ClassScore, score_classes
from tuner.analysis.ensemble import Member
from tuner.analysis.picks import average_out_of_fold
from tuner.analysis.threshold import Threshold, choose_threshold
from tuner.scoring import ThresholdRule, Truth, decide
from tuner.study import Study

__all__ = ["Predictions", "predict_out_of_fold"]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """The out-of-fold predictions of some networks.

    Attributes:
        probabilities: Before calibration, shape `(rows, classes)` or `(repeats, rows, classes)`.
        predicted: The predicted class numbers, shape `(rows,)` or `(repeats, rows)`.
        threshold: The threshold of two classes. None for the most probable class.
        class_scores: Recall and precision of each class.
    """

    probabilities: np.ndarray
    predicted: np.ndarray
    threshold: Threshold | None
    class_scores: tuple[ClassScore, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the scores of the classes, and the threshold, in the form of JSON."""
        return {
            "class_scores": [each.to_dict() for each in self.class_scores],
            "threshold": None if self.threshold is None else self.threshold.to_dict(),
        }


def predict_out_of_fold(
    study: Study,
    truth: Truth,
    members: Sequence[Member],
    *,
    temperature: float,
    rule: str | None = None,
) -> Predictions:
    """Return what networks of a study predict for rows that they were not trained on.

    Args:
        study: The study.
        truth: The true classes of the rows.
        members: The networks, whose probabilities are averaged.
        temperature: That of the exported probabilities.
        rule: What the threshold of two classes is chosen for. None for the study's own rule, if
            it has one.

    Raises:
        UserError: The rule does not fit the classes.
    """
    names = [str(name) for name in study.record.data["classes"]]
    probabilities = average_out_of_fold(study, members)
    predicted, threshold = decide(probabilities), None
    if text := rule or study.record.settings.threshold:
        threshold, predicted = choose_threshold(
            scale_probabilities(probabilities, temperature),
            truth,
            study.record.split.find_places(),
            rule=ThresholdRule.parse(text, names),
            classes=names,
        )
    return Predictions(probabilities, predicted, threshold, score_classes(predicted, truth, names))
