"""The answers that a search writes to the journal: to the space's question, and on parts."""

from collections.abc import Mapping

from tuner.study import EventKind, Study

__all__ = ["keep_answer", "read_part_answers"]


def keep_answer(study: Study, answer: str, parts: Mapping[str, str] | None = None) -> None:
    """Write an answer to the journal, unless it is there already with what parts are worth.

    The last one counts: baselines that are trained later can change the first one.

    Args:
        study: The study.
        answer: The answer to the space's question.
        parts: What parts of networks are worth, for the model card: a sentence by question, empty
            if nothing is known. None to keep what the journal has of them.

    Raises:
        StudyError: The journal cannot be written.
    """
    if parts is not None and parts != read_part_answers(study):
        study.journal.append(EventKind.ANSWERED, answer=answer, parts=dict(parts))
    elif answer != study.read_answer():
        study.journal.append(EventKind.ANSWERED, answer=answer)


def read_part_answers(study: Study) -> dict[str, str]:
    """Return what parts are worth: a sentence by question; empty if nothing is known."""
    events = [each for each in study.journal.read(EventKind.ANSWERED) if "parts" in each]
    return dict(events[-1]["parts"]) if events else {}
