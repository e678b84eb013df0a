"""What a person asks to export, by a word or by a trial's number."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tuner.analysis.ensemble import Member
from tuner.analysis.pareto_fronts import Fronts, find_fronts
from tuner.analysis.picks import PICK_NAMES, PickName, Picks
from tuner.errors import UserError, known_names
from tuner.study import Study, TrialRecord

__all__ = ["PARETO", "Exportable", "check_pick", "find_exportable", "list_front", "make_exportable"]

PARETO = "pareto"
"""The word for all trials on a front."""

_LISTED = 10  # trials that an error names
_NUMBER = re.compile(r"[0-9]{1,9}")
_UNCORRECTED = (
    "These scores are not corrected: no correction is defined for a trial that a person asks for, "
    "or for one of a front. Where it was chosen by its scores, new rows will give worse ones."
)


@dataclass(frozen=True, slots=True)
class Exportable:
    """What is exported as one model.

    Attributes:
        name: `best`, `smallest`, `ensemble`, or `trial 7`.
        members: Its networks.
        description: What the model says of it.
    """

    name: str
    members: tuple[Member, ...]
    description: Mapping[str, Any]

    @property
    def folder(self) -> str:
        """How a folder of it is called: `trial-7`."""
        return self.name.replace(" ", "-")


def check_pick(pick: str) -> None:
    """Refuse a word that is no pick, before anything is read.

    Raises:
        UserError: It is neither a pick nor a number.
    """
    words = (*PICK_NAMES, PARETO)
    if pick not in words and not _NUMBER.fullmatch(pick):
        raise UserError(
            f"--pick: there is no pick {pick}; {known_names(pick, words)}, and the number of any "
            "completed trial"
        )


def make_exportable(picks: Picks, name: PickName) -> Exportable:
    """Return one of the networks that a study names."""
    return Exportable(name, picks.members(name), getattr(picks, name).to_dict())


def list_front(study: Study) -> list[Exportable]:
    """Return the trials on the front against parameters, or on that against prediction time.

    Returns:
        The smallest first; empty where no trial was completed.
    """
    fronts = find_fronts(study, list(study.read_trials()))
    return [_of_trial(record, fronts) for record in fronts.trials]


def find_exportable(study: Study, number: int) -> Exportable:
    """Return a completed trial.

    Raises:
        UserError: The study has no such trial, or it was not completed.
    """
    records = list(study.read_trials())
    for record in records:
        if record.trial == number and record.completed:
            return _of_trial(record, find_fronts(study, records))
    raise UserError(f"--pick: {_why_not(study, number)}; {_completed(study)}")


def _why_not(study: Study, number: int) -> str:
    for record in study.read_trials():
        if record.trial == number:
            kind = "failed" if record.result.status == "failed" else "was pruned"
            return f"trial {number} {kind} ({record.result.reason}), and has no network to export"
    return f"study {study.record.name} has no trial {number} that ended"


def _completed(study: Study) -> str:
    """Return which trials there are, as the end of a sentence."""
    sign = -1.0 if study.record.objective.direction == "max" else 1.0
    completed = (record for record in study.read_trials() if record.completed)
    order = sorted(completed, key=lambda r: (sign * r.result.score, r.trial))
    if not order:
        return "none of its trials was completed"
    more = len(order) - _LISTED
    listed = ", ".join(str(record.trial) for record in order[:_LISTED])
    return f"completed are, the best first, {listed}" + (f" and {more} more" if more > 0 else "")


def _of_trial(record: TrialRecord, fronts: Fronts) -> Exportable:
    result, member = record.result, Member.from_record(record)
    network = {name: value for name, value in asdict(member).items() if name != "networks"}
    description: dict[str, Any] = {
        **network,
        "pareto": fronts.holds(record.trial),
        "score": result.score,
        "standard_error": result.standard_error,
        "scores": result.scores,
        "standard_errors": result.standard_errors,
        "corrected_score": None,
        "corrected_interval": None,
        "note": _UNCORRECTED,
    }
    return Exportable(f"trial {record.trial}", (member,), description)
