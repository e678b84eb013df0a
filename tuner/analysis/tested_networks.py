"""What the networks that a model averages came to on the held-out rows."""

from collections.abc import Sequence

from tuner.study import (
    EventKind,
    Study,
    TrialNetworks,
    describe_networks,
    have_same_networks,
)

__all__ = ["read_averaging", "read_test_scores"]


def read_test_scores(
    study: Study, members: Sequence[TrialNetworks], temperature: float | None
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
    return _read_last(study, members, temperature, "test")


def read_averaging(
    study: Study, members: Sequence[TrialNetworks], temperature: float
) -> dict[str, tuple[float, float]]:
    """Return what averaging the networks of folds gained on the held-out rows, from the journal.

    Args:
        study: The study.
        members: The networks.
        temperature: The temperature that their probabilities were calibrated with.

    Returns:
        By objective, as `measure_averaging` returns it. Empty if it was not measured.
    """
    return _read_last(study, members, temperature, "averaging")


def _read_last(
    study: Study, members: Sequence[TrialNetworks], temperature: float | None, field: str
) -> dict[str, tuple[float, float]]:
    """Return pairs of numbers by objective of the latest test of some networks."""
    networks = describe_networks(members)
    tests = [
        event.get(field, {})
        for event in study.journal.read(EventKind.TESTED)
        if have_same_networks(event, networks)
        and temperature in (None, event.get("temperature", 1.0))
    ]
    return {name: (mean, error) for name, (mean, error) in (tests[-1] if tests else {}).items()}
