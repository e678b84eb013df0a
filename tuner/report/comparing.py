"""Studies that are compared, and the check that they can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuner.analysis import OutOfBag, Picks, evaluate_exported
from tuner.errors import UserError
from tuner.scoring import Truth
from tuner.study import Study, StudyRecord, TrialRecord

__all__ = ["ComparedStudy", "check_same_rows"]


@dataclass(frozen=True, slots=True)
class ComparedStudy:
    """A study that is compared with others.

    Attributes:
        study: The study on the disk.
        truth: The true classes, against which out-of-fold predictions are scored.
        records: The study's trials, by number.
        picks: The networks that the study names.
        test: Mean and standard error of each objective on the held-out rows, by name.
    """

    study: Study
    truth: Truth
    records: tuple[TrialRecord, ...]
    picks: Picks
    test: Mapping[str, tuple[float, float]]

    @property
    def record(self) -> StudyRecord:
        """The study's description."""
        return self.study.record

    @property
    def name(self) -> str:
        """The study's name."""
        return self.record.name

    def score_export(self, objective: str) -> OutOfBag:
        """Return the corrected score of the exported model by an objective."""
        return evaluate_exported(self.study, self.truth, self.picks, objective)


def check_same_rows(studies: Sequence[Study]) -> None:
    """Check that all studies have the same rows and folds, so that their scores compare.

    Raises:
        UserError: They do not; the message says what differs.
    """
    first = studies[0].record
    for study in studies[1:]:
        record = study.record
        differences = _list_differences(first, record)
        if first.split.to_dict() == record.split.to_dict() and not differences:
            continue
        reason = "; ".join(differences) or "the folds differ"
        raise UserError(
            f"studies {first.name} and {record.name} cannot be compared, because their rows or "
            f"folds differ: {reason}; search one of them again like the other"
        )


def _list_differences(first: StudyRecord, second: StudyRecord) -> list[str]:
    """Return what differs in the data and settings that determine the rows and folds."""
    changed = first.data.get("fingerprint") != second.data.get("fingerprint")
    values: dict[str, tuple[object, object]] = {
        "the rows are": (first.data["rows"], second.data["rows"]),
        "the classes are": (first.data["classes"], second.data["classes"]),
        "--folds is": (first.settings.folds, second.settings.folds),
        "--repeats is": (first.settings.repeats, second.settings.repeats),
        "--groups is": (first.data.get("groups"), second.data.get("groups")),
        "--order is": (first.data.get("order"), second.data.get("order")),
        "--test-size is": (first.settings.test_size, second.settings.test_size),
        "--seed, which makes the folds, is": (first.settings.seed, second.settings.seed),
    }
    if changed:  # otherwise the same file may have another name
        values = {"the data are": (first.data["name"], second.data["name"]), **values}
    differences = [
        f"{subject} {_to_text(one)} in {first.name} and {_to_text(other)} in {second.name}"
        for subject, (one, other) in values.items()
        if one != other
    ]
    if changed and not differences:
        return ["the data's contents or columns changed"]
    return differences


def _to_text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
