"""What a study says, as sentences and as what a report draws beside them."""

from dataclasses import dataclass
from typing import Literal

from tuner.analysis.importance import Importance
from tuner.analysis.setting_comparison import Comparison
from tuner.space import Value

__all__ = ["Answer", "Answers", "Cell", "Fit", "Point", "Span"]

Fit = Literal["good", "underfits", "overfits"]
"""How a network fits; `tuner.analysis.answers.overfitting` says by what."""


@dataclass(frozen=True, slots=True)
class Point:
    """A trial on a chart against one of its hyperparameters.

    Attributes:
        trial: Its number.
        x: The hyperparameter: a depth, a strength, a rate.
        group: Which curve it belongs to, such as the kind of regularizer; None for the only one.
        score: The objective, each row predicted by the fold that held it out.
        train_loss: Cross-entropy of the training rows, without the penalty, as a mean over folds
            at the trial's epoch. With dropout it is measured with units left out.
        validation_loss: The same of the validation rows, with all units.
        parameters: Trainable weights and biases.
        pruned: Whether it was beaten and ended early: the numbers are of the epochs it had.
        fit: Whether it underfits or overfits.
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
    """Where on the axis of a hyperparameter all trials of a group underfit, or overfit.

    Attributes:
        group: As of the points.
        fit: What they do there.
        low: Least value of these trials.
        high: Largest value of them.
        trials: How many they are.
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
        learning_rate: Lower and upper end of its bin; the lower one belongs to it.
        batch_size: Least and largest of its bin; both belong to it, and they may be equal.
        trials: How many trials lie in it.
        completed: How many of them trained to their end.
        pruned: How many were beaten and ended early.
        diverged: How many failed since a loss was no finite number any more.
        trial: The best completed one; None without any.
        score: Its score; None without one.
    """

    learning_rate: tuple[float, float]
    batch_size: tuple[float, float]
    trials: int
    completed: int
    pruned: int
    diverged: int
    trial: int | None
    score: float | None

    @property
    def diverged_share(self) -> float | None:
        """The share of its trials that diverged; None where it has no trials."""
        return self.diverged / self.trials if self.trials else None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and its answer.

    Attributes:
        title: The question, in words.
        hyperparameters: What it is about: the axis of a chart, or both axes of a grid.
        sentences: The answer, the most important sentence first.
        settings: The comparison of settings that it rests on; None where it rests on none.
        points: Trials against the (first) hyperparameter, by group and value.
        spans: Where they underfit and overfit.
        cells: The grid, by learning rate and then batch size, empty cells among them.
        importance: Of the hyperparameters; None in all sections but one.
        log: Whether the (first) hyperparameter is on a logarithmic scale.
    """

    title: str
    hyperparameters: tuple[str, ...]
    sentences: tuple[str, ...]
    settings: Comparison | None = None
    points: tuple[Point, ...] = ()
    spans: tuple[Span, ...] = ()
    cells: tuple[Cell, ...] = ()
    importance: Importance | None = None
    log: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What a study says.

    Attributes:
        headline: What is best, how good it is, and whether a network is worth it at all.
        answers: The space's own question first.
        notes: What the answers rest on: how settings are compared, and trials counted.
    """

    headline: tuple[str, ...]
    answers: tuple[Answer, ...]
    notes: tuple[str, ...] = ()
