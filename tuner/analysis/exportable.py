"""What is exported as one model: a study's pick, or a trial by its number."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tuner.analysis.bias_correction import OutOfBag
from tuner.analysis.ensemble import Member
from tuner.analysis.pareto_fronts import Fronts, find_fronts
from tuner.analysis.picks import PICK_NAMES, PickName, Picks
from tuner.errors import UserError, suggest_names
from tuner.study import Study, TrialRecord
from tuner.words import list_first

__all__ = ["PARETO", "Exportable", "check_pick", "find_exportable", "list_front", "make_exportable"]

PARETO = "pareto"
"""The name for all trials on a Pareto front."""

_LISTED = 10  # trials that an error lists
_NUMBER = re.compile(r"[0-9]{1,9}")
_UNCORRECTED = (
    "These scores are not corrected: no correction is defined for a trial that a user asks for, "
    "or for one of a front. If it was chosen by its scores, new rows will give worse ones."
)


@dataclass(frozen=True, slots=True)
class Exportable:
    """What is exported as one model.

    Attributes:
        name: `best`, `smallest`, `ensemble`, or `trial 7`.
        members: The trials, and how many networks of each.
        description: What `model.json` says about it.
        out_of_bag: The out-of-bag values of choosing it, with its calibration, if a search exports
            it by itself. Else None.
    """

    name: str
    members: tuple[Member, ...]
    description: Mapping[str, Any]
    out_of_bag: OutOfBag | None = field(default=None, compare=False, repr=False)

    @property
    def by_search(self) -> bool:
        """Whether a search exports it by itself."""
        return self.out_of_bag is not None

    @property
    def folder(self) -> str:
        """The name of its folder, such as `trial-7`."""
        return self.name.replace(" ", "-")


def check_pick(pick: str) -> None:
    """Check the value of `--pick` before any data is read.

    Raises:
        UserError: It is neither the name of a pick nor a number.
    """
    names = (*PICK_NAMES, PARETO)
    if pick not in names and not _NUMBER.fullmatch(pick):
        raise UserError(
            f"--pick: there is no pick {pick}; {suggest_names(pick, names)}, and the number of any "
            "completed trial"
        )


def make_exportable(picks: Picks, name: PickName) -> Exportable:
    """Return one of the networks that a study names."""
    description = getattr(picks, name).to_dict()
    out_of_bag = picks.out_of_bag if name == picks.exported else None
    return Exportable(name, picks.list_members(name), description, out_of_bag)


def list_front(study: Study) -> list[Exportable]:
    """Return the trials on the front of score against parameters or against prediction time.

    Returns:
        The trials, the smallest first. Empty if no trial was completed.
    """
    fronts = find_fronts(study, study.list_trials())
    return [_make_from_trial(record, fronts) for record in fronts.trials]


def find_exportable(study: Study, number: int) -> Exportable:
    """Return a completed trial by its number.

    Raises:
        UserError: The study has no such trial, or the trial was not completed.
    """
    records = study.list_trials()
    for record in records:
        if record.trial == number and record.completed:
            return _make_from_trial(record, find_fronts(study, records))
    raise UserError(f"--pick: {_explain_missing(study, number)}; {_list_completed(study)}")


def _explain_missing(study: Study, number: int) -> str:
    """Return why a trial cannot be exported."""
    for record in study.read_trials():
        if record.trial == number:
            kind = "failed" if record.result.status == "failed" else "was pruned"
            return f"trial {number} {kind} ({record.result.reason}), and has no network to export"
    return f"study {study.record.name} has no trial {number} that ended"


def _list_completed(study: Study) -> str:
    """Return the completed trials, as the end of a sentence."""
    to_loss = study.record.objective.to_loss
    completed = (record for record in study.read_trials() if record.completed)
    order = sorted(completed, key=lambda r: (to_loss(r.result.score), r.trial))
    if not order:
        return "none of its trials was completed"
    numbers = list_first([str(record.trial) for record in order], _LISTED)
    return f"completed trials, the best first: {numbers}"


def _make_from_trial(record: TrialRecord, fronts: Fronts) -> Exportable:
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
