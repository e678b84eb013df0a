"""How many trials a search may have that is resumed with another time limit."""

from typing import Any

from tuner.run.request import count_usual_trials, fills_time
from tuner.space import Space
from tuner.study import EventKind, Study

__all__ = ["choose_time_limits"]


def choose_time_limits(study: Study, max_seconds: float | None) -> dict[str, Any]:
    """Return a new time limit, and the most trials with as many more as it leaves room for.

    Args:
        study: The study.
        max_seconds: The time limit of the run that resumes it. None for that of the last run.

    Returns:
        Settings by name; no number of trials if a person has said how many, or the space is not
        searched until the time limit.
    """
    if max_seconds is None:
        return {}
    limits: dict[str, Any] = {"max_seconds": max_seconds}
    definition, settings = study.record.space_definition, study.record.settings
    if "hypermodel" in definition:
        return limits
    if not fills_time(Space.from_dict(definition), settings.oracle):
        return limits
    is_usual, most, ended = False, settings.max_trials, 0
    for event in study.journal.read():
        if event["event"] == EventKind.TRIAL:
            ended += 1
        elif event["event"] == EventKind.BEGUN:
            seconds = event.get("max_seconds")
            usual = {count_usual_trials(seconds, ended=before) for before in (0, ended)}
            kept = is_usual and event["max_trials"] == most
            most = event["max_trials"]
            is_usual = kept or (seconds is not None and most in usual)
    if is_usual:
        limits["max_trials"] = count_usual_trials(max_seconds, ended=ended)
    return limits
