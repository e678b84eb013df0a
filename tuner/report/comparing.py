"""Studies side by side, and whether they can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuner.analysis import OutOfBag, Picks, judge_exported
from tuner.errors import UserError
from tuner.scoring import Truth
from tuner.study import Study, TrialRecord

__all__ = ["ComparedStudy", "check_same_rows"]


@dataclass(frozen=True, slots=True)
class ComparedStudy:
    """A study beside others.

    Attributes:
        study: The study on the disk.
        truth: What out-of-fold predictions are held against.
        records: Its trials, by number.
        picks: The networks that it names.
        test: Mean and standard error of each objective on the held-out rows, by name.
    """

    study: Study
    truth: Truth
    records: tuple[TrialRecord, ...]
    picks: Picks
    test: Mapping[str, tuple[float, float]]

    @property
    def name(self) -> str:
        """The study's."""
        return self.study.record.name

    def exported(self, objective: str) -> OutOfBag:
        """Return what choosing what it exports comes to by an objective, on rows left out."""
        return judge_exported(self.study, self.truth, self.picks, objective)


def check_same_rows(studies: Sequence[Study]) -> None:
    """Refuse studies whose scores are not of the same rows, predicted from the same folds.

    Raises:
        UserError: They are not; it says what differs.
    """
    first = studies[0].record
    for study in studies[1:]:
        record = study.record
        others = first.data.get("fingerprint") != record.data.get("fingerprint")
        differ = [
            f"{what} {_shown(mine)} there and {_shown(theirs)} here"
            for what, mine, theirs in (
                ("the data are", first.data["name"], record.data["name"]),
                ("the rows are", first.data["rows"], record.data["rows"]),
                ("the classes are", first.data["classes"], record.data["classes"]),
                ("--folds is", first.settings.folds, record.settings.folds),
                ("--repeats is", first.settings.repeats, record.settings.repeats),
                ("--groups is", first.data.get("groups"), record.data.get("groups")),
                ("--order is", first.data.get("order"), record.data.get("order")),
                ("--test-size is", first.settings.test_size, record.settings.test_size),
                ("--seed, which cuts the folds, is", first.settings.seed, record.settings.seed),
            )
            if mine != theirs and (others or what != "the data are")  # a file may be renamed
        ]
        if not differ and others:
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
