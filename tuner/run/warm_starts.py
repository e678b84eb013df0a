"""Adds to the setup of a new study the best trials of an earlier one, and warns of shared rows."""

from dataclasses import replace

from tuner.run.request import Destination
from tuner.run.setup import Setup
from tuner.study import open_warm_start

__all__ = ["add_warm_start"]


def add_warm_start(setup: Setup, destination: Destination) -> Setup:
    """Return the setup of a new study with its warm start, if the settings name an earlier study.

    Raises:
        StudyError: There is no such earlier study, it has no completed trial, or the new study
            would replace it.
        SpaceError: No trial has a place in the space, or it compares settings.
    """
    opened = open_warm_start(setup.settings, destination.name, destination.root)
    if opened is None:
        return setup
    start, earlier = opened
    if setup.space is not None:
        start.check(setup.space)
    setup = replace(setup, warm_start=start)
    if earlier.record.data.get("fingerprint") != setup.dataset.fingerprint:
        return setup
    warning = (
        f"study {start.study} was searched on the same rows, so its best trials were chosen by "
        "them already; scores of this study are corrected for its own choice only"
    )
    return replace(setup, warnings=(*setup.warnings, warning))
