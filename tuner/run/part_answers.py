"""What parts of networks are worth, as a search writes it to the journal for the model card."""

from collections.abc import Mapping

from tuner.study import EventKind, Study

__all__ = ["keep_part_answers", "read_part_answers"]


def keep_part_answers(study: Study, answer: str, parts: Mapping[str, str]) -> None:
    """Write what parts are worth to the journal, unless it is there already.

    Args:
        study: The study.
        answer: The answer to the space's question, which each such event has.
        parts: A sentence by question; empty if nothing is known.

    Raises:
        StudyError: The journal cannot be written.
    """
    if parts != read_part_answers(study):
        study.journal.append(EventKind.ANSWERED, answer=answer, parts=dict(parts))


def read_part_answers(study: Study) -> dict[str, str]:
    """Return what parts are worth: a sentence by question; empty if nothing is known."""
    events = [each for each in study.journal.read(EventKind.ANSWERED) if "parts" in each]
    return dict(events[-1]["parts"]) if events else {}
