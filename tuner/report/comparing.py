"""Whether studies can be compared, and by how much their networks differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuner.analysis import Choice
from tuner.errors import UserError
from tuner.report.figures.trials import NORMAL
from tuner.study import OBJECTIVES, Study, TrialRecord

__all__ = ["Compared", "Difference", "check_same_rows", "differences"]


@dataclass(frozen=True, slots=True)
class Compared:
    """A study beside others.

    Attributes:
        study: The study on the disk.
        y: The class of each training row, shape `(training rows,)`.
        records: Its trials, by number.
        choice: The networks that it names.
        test: Mean and standard error of each objective on the held-out rows, by name.
    """

    study: Study
    y: np.ndarray
    records: tuple[TrialRecord, ...]
    choice: Choice
    test: Mapping[str, tuple[float, float]]

    @property
    def name(self) -> str:
        """The study's."""
        return self.study.record.name

    def row_values(self, objective: str) -> np.ndarray:
        """Return an objective of each training row by what it exported, shape `(rows,)`."""
        probabilities = self.choice.out_of_fold(self.choice.exported, self.study)
        return OBJECTIVES[objective].row_values(probabilities, self.y)


@dataclass(frozen=True, slots=True)
class Difference:
    """How two studies' exported networks differ, paired over rows.

    Attributes:
        better: The study whose network scores better.
        other: The other one.
        mean: Mean over rows of the better one's objective less the other's.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    better: str
    other: str
    mean: float
    low: float
    high: float

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def check_same_rows(studies: Sequence[Study]) -> None:
    """Refuse studies whose scores are not of the same rows, predicted from the same folds.

    Raises:
        UserError: They are not; it says what differs.
    """
    first = studies[0].record
    for study in studies[1:]:
        record = study.record
        differ = [
            f"{what} {_shown(mine)} there and {_shown(theirs)} here"
            for what, mine, theirs in (
                ("the data are", first.data["name"], record.data["name"]),
                ("the rows are", first.data["rows"], record.data["rows"]),
                ("the classes are", first.data["classes"], record.data["classes"]),
                ("--folds is", first.settings.folds, record.settings.folds),
                ("--test-size is", first.settings.test_size, record.settings.test_size),
                ("--seed, which cuts the folds, is", first.settings.seed, record.settings.seed),
            )
            if mine != theirs
        ]
        if not differ and first.data.get("fingerprint") != record.data.get("fingerprint"):
            differ = ["the data's contents or columns are others"]
        if first.split.to_dict() == record.split.to_dict() and not differ:
            continue
        reason = "; ".join(differ) or "the folds are others"
        raise UserError(
            f"studies {first.name} and {record.name} cannot be compared, since they are not of "
            f"the same rows and folds: {reason}; search one of them again as the other was"
        )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def differences(studies: Sequence[Compared], objective: str) -> list[Difference]:
    """Return how the best study's exported network differs from each other one's.

    The standard error is that of the mean of paired differences over rows. It says how sure the
    order of these networks is on rows of the kind, not of these searches, were they done again.

    Args:
        studies: Of the same rows and folds.
        objective: What is compared.

    Returns:
        The smallest difference first.
    """
    sign = -1.0 if OBJECTIVES[objective].direction == "max" else 1.0
    values = {study.name: study.row_values(objective) for study in studies}
    best, *others = sorted(values, key=lambda name: sign * float(values[name].mean()))
    found = []
    for other in others:
        by_row = values[best] - values[other]
        mean = float(by_row.mean())
        margin = NORMAL * float(by_row.std(ddof=1) / np.sqrt(len(by_row)))
        found.append(Difference(best, other, mean, mean - margin, mean + margin))
    return found
