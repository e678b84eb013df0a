"""The answers of a study: sentences, and the records that a report draws beside them."""

from dataclasses import dataclass
from typing import Any, Literal

from tuner.analysis.bias_correction import clip_interval
from tuner.analysis.importance import Importance
from tuner.analysis.setting_records import Comparison
from tuner.space import Value

__all__ = ["Answer", "Answers", "Cell", "Fit", "Point", "Span"]

Fit = Literal["good", "underfits", "overfits"]
"""How well a network fits; `tuner.analysis.answers.overfitting` defines it."""


@dataclass(frozen=True, slots=True)
class Point:
    """A trial on a chart against one of its hyperparameters.

    Attributes:
        trial: The trial's number.
        x: The value of the hyperparameter: a depth, a strength, a rate.
        group: The curve that the point belongs to, such as the kind of regularizer; None if there
            is only one.
        score: The objective of the out-of-fold predictions.
        train_loss: Cross-entropy of the training rows, without the penalty, as a mean over folds
            at the trial's epoch. It is measured with dropout.
        validation_loss: The same for the validation rows, without dropout.
        parameters: Trainable weights and biases.
        pruned: Whether the trial was pruned. Its numbers are then of the epochs it trained.
        fit: Whether the trial fits well, underfits or overfits.
    """

    trial: int
    x: float
    group: Value | None
    score: float
    train_loss: float
    validation_loss: float
    parameters: int
    pruned: bool
    fit: Fit


@dataclass(frozen=True, slots=True)
class Span:
    """A range of a hyperparameter in which all trials of a group underfit, or all overfit.

    Attributes:
        group: The group of the points.
        fit: Whether the trials underfit or overfit.
        low: The lowest value of these trials.
        high: The highest value of these trials.
        trials: The number of these trials.
    """

    group: Value | None
    fit: Literal["underfits", "overfits"]
    low: float
    high: float
    trials: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid of learning rate and batch size.

    Attributes:
        learning_rate: Lower and upper end of its bin, which includes the lower end.
        batch_size: Lowest and highest of its bin, which includes both; they can be equal.
        trials: The number of trials in the cell.
        completed: How many of them were completed.
        pruned: How many of them were pruned.
        diverged: How many of them failed because a loss was no longer finite.
        trial: The number of the best completed one; None if there is none.
        score: The score of that trial; None if there is none.
    """

    learning_rate: tuple[float, float]
    batch_size: tuple[float, float]
    trials: int
    completed: int
    pruned: int
    diverged: int
    trial: int | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and its answer.

    Attributes:
        title: The question.
        hyperparameters: The hyperparameters that it is about: the axis of a chart, or both axes
            of a grid.
        sentences: The answer, the most important sentence first.
        comparison: The comparison of settings that it rests on; None if there is none.
        points: Trials against the (first) hyperparameter, by group and value.
        spans: The ranges in which trials underfit and overfit.
        cells: The cells of the grid, empty ones included, by learning rate and then batch size.
        importance: The importance of the hyperparameters; None in all answers but one.
        log: Whether the (first) hyperparameter is on a logarithmic scale.
        sentence: The answer in one sentence, in plain words; empty without a comparison.
        group: The hyperparameter whose values are the groups of the points; empty for a single
            group.
    """

    title: str
    hyperparameters: tuple[str, ...]
    sentences: tuple[str, ...]
    comparison: Comparison | None = None
    points: tuple[Point, ...] = ()
    spans: tuple[Span, ...] = ()
    cells: tuple[Cell, ...] = ()
    importance: Importance | None = None
    log: bool = False
    sentence: str = ""
    group: str = ""

    def to_dict(self, *, maximise: bool) -> dict[str, Any]:
        """Return the answer as JSON values, for an answer that has a comparison.

        Args:
            maximise: Whether a higher objective is better. Intervals end at what it can reach.
        """
        assert self.comparison is not None
        alike = self.comparison.not_told_apart
        return {
            "hyperparameter": self.hyperparameters[-1],  # a grid compares the last one
            "best": alike[0] if alike else None,
            "not_told_apart": list(alike),
            "settings": [
                {
                    "value": setting.value,
                    "trials": setting.trials,
                    "trial": setting.trial,
                    "score": setting.score,
                    "interval": setting.interval
                    and list(clip_interval(*setting.interval, maximise=maximise)),
                    "accuracy": setting.accuracy,
                }
                for setting in self.comparison.settings
            ],
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers of a study.

    Attributes:
        answer: The answer to the space's own question, in one sentence.
        headline: What is best, how good it is, and whether a network is worth it at all.
        answers: The answers; the space's own question first.
        notes: How settings were compared, and how trials count.
    """

    answer: str
    headline: tuple[str, ...]
    answers: tuple[Answer, ...]
    notes: tuple[str, ...] = ()
