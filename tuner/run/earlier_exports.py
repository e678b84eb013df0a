"""What the journal and the folder of a study say of the model that a search exported."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.errors import TunerError
from tuner.run.picking import PickingResult
from tuner.run.side_files import read_model
from tuner.run.stages import is_done, read_basis
from tuner.study import EventKind, Stage, Study, have_same_networks

__all__ = ["ExportResult", "find_export", "find_export_fault", "is_exported"]


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The model that a search exported.

    Attributes:
        model: Its folder. None if the export failed.
        fault: Why the export failed. None if it did not.
    """

    model: Path | None
    fault: TunerError | None


def find_export(study: Study, picking: PickingResult) -> ExportResult | None:
    """Return the model that an earlier run exported, if it is the one that this run would export.

    Returns:
        None if the networks have to be trained and exported.
    """
    if not is_exported(study, picking.basis):
        return None
    return ExportResult(study.model_folder, None)


def is_exported(study: Study, basis: dict[str, Any]) -> bool:
    """Return whether the study's model is there and was exported with this basis."""
    if read_basis(study, Stage.EXPORTING) is None:
        made = _was_exported_since(study, basis)
    else:
        made = is_done(study, Stage.EXPORTING, basis)
    if not made:
        return False
    description = read_model(study.model_folder)
    events = list(study.journal.read(EventKind.EXPORTED))
    if description is None or not events or events[-1]["pick"] != basis["exported"]:
        return False  # `tuner export` may have written another pick to this folder since then
    return bool(description.get("fingerprint") == events[-1]["fingerprint"])


def _was_exported_since(study: Study, basis: dict[str, Any]) -> bool:
    """Return whether the pick was tested and exported after the last trial.

    Version 0.1.0 wrote no events of stages, and a process may be killed before it writes one.
    """
    tested: dict[str, Any] = {}
    exported = False
    for event in study.journal.read():
        if event["event"] == EventKind.TRIAL:
            tested, exported = {}, False
        elif event["event"] == EventKind.TESTED:
            tested, exported = event, False
        elif event["event"] == EventKind.EXPORTED:
            exported = True
    same_networks = have_same_networks(tested, basis)
    return exported and same_networks and tested.get("temperature") == basis["temperature"]


def find_export_fault(study: Study) -> str:
    """Return why the last export of a study failed; "" if it did not, or nothing was exported."""
    kinds = (EventKind.EXPORTED, EventKind.NOT_EXPORTED)
    ended = [event for event in study.journal.read() if event["event"] in kinds]
    return str(ended[-1].get("fault", "")) if ended else ""
