"""What tests of lanes share."""

import pytest

from tuner.training.lanes.programs import KeptPrograms


@pytest.fixture
def new_programs(monkeypatch):
    """The kept programs of a process that has none yet."""
    programs = KeptPrograms()
    monkeypatch.setattr("tuner.training.lanes.programs._KEPT", programs)
    return programs
