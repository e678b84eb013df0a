"""Which networks a model averages, and what they came to on the held-out rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from tuner.analysis.ensemble import Member
from tuner.study import EventKind, Study

__all__ = ["average_same_networks", "describe_networks", "read_test_scores"]


def describe_networks(members: Sequence[Member]) -> dict[str, Any]:
    """Return which networks a model averages, in the form of the journal.

    Returns:
        `networks` by trial; `folds` if these are networks of folds, and then `on_all_rows`, further
        ones by trial, if there are any.
    """
    described: dict[str, Any] = {
        "networks": {str(member.trial): member.networks for member in members}
    }
    if folds := members[0].folds:
        described["folds"] = folds
    if added := {str(member.trial): n for member in members if (n := member.on_all_rows)}:
        described["on_all_rows"] = added
    return described


def average_same_networks(event: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two descriptions of the journal are of the same networks."""
    defaults: dict[str, Any] = {"networks": None, "folds": 0, "on_all_rows": {}}
    return all(event.get(k, default) == other.get(k, default) for k, default in defaults.items())


def read_test_scores(
    study: Study, members: Sequence[Member], temperature: float | None
) -> dict[str, tuple[float, float]]:
    """Return the scores of some networks on the held-out rows, from the journal.

    Args:
        study: The study.
        members: The networks.
        temperature: The temperature that their probabilities were calibrated with; None for any.

    Returns:
        Mean and standard error of each objective by name, from the latest test. Empty if the
        networks were not tested.
    """
    networks = describe_networks(members)
    tests = [
        event["test"]
        for event in study.journal.read(EventKind.TESTED)
        if average_same_networks(event, networks)
        and temperature in (None, event.get("temperature", 1.0))
    ]
    return {name: (mean, error) for name, (mean, error) in (tests[-1] if tests else {}).items()}
