"""Puts a study in order before a search begins or resumes it."""

from tuner.files.leftovers import remove_leftovers
from tuner.study.journal import EventKind
from tuner.study.study import Study

__all__ = ["find_damaged_trials", "recover_study"]

_LISTED = 5  # trials that a note names


def find_damaged_trials(study: Study) -> dict[int, str]:
    """Return what is wrong with the arrays of trials that have damaged ones, by trial number.

    Raises:
        StudyError: A file cannot be read, so that it is not known whether it is damaged.
    """
    faults = {}
    for record in study.read_trials():
        failed = record.result.status == "failed"
        if fault := study.arrays.find_fault(record.trial, failed=failed):
            faults[record.trial] = fault
    return faults


def recover_study(study: Study) -> list[str]:
    """Remove what killed processes have left, and drop the trials whose arrays are damaged.

    A trial that is dropped counts as proposed, so that the search trains it again.

    Args:
        study: The study, whose lock of a search the caller holds.

    Returns:
        A note for the user on each thing that was not in order.

    Raises:
        StudyError: The journal or an array cannot be read, or the journal cannot be written.
    """
    notes = []
    for folder in (study.folder, study.folder / "oof"):
        remove_leftovers(folder)
    if study.journal.torn:
        notes.append(
            "the journal's last line was incomplete, because the search was killed while it was "
            "written; the line is dropped, and its trial or stage is repeated"
        )
    faults = find_damaged_trials(study)
    for trial, fault in faults.items():
        study.journal.append(EventKind.DROPPED, trial=trial, reason=fault)
    if faults:
        listed = ", ".join([*faults.values()][:_LISTED]) + ", …" * (len(faults) > _LISTED)
        trials = "a trial is" if len(faults) == 1 else f"{len(faults)} trials are"
        notes.append(f"{trials} trained again, because of damaged arrays: {listed}")
    return notes
