"""The programs of a search, traced once for all shapes that can share them."""

import threading
from collections.abc import Hashable
from typing import Any

from tuner.training.lanes.data import LaneData
from tuner.training.lanes.interfaces import LaneProgram, LaneShape
from tuner.training.lanes.machine import Machine

__all__ = ["ProgramCache"]

_MOST_PROGRAMS = 64  # each takes some megabytes


class ProgramCache:
    """Keeps the programs that were used last; any thread can ask for one.

    Args:
        data: The rows of the search.
        machine: Decides which lanes train alone.

    Attributes:
        programs: The programs by their key, the one that was used last at the end.
    """

    def __init__(self, data: LaneData, machine: Machine) -> None:
        self.data = data
        self.machine = machine
        self.programs: dict[Hashable, LaneProgram[Any]] = {}
        self._lock = threading.Lock()

    def make_key(self, shape: LaneShape) -> Hashable:
        """Return the key of a shape's program. Shapes with the same key share a program."""
        return shape.find_structure(self.data), self.machine.trains_alone(shape)

    def find_program(self, shape: LaneShape) -> LaneProgram[Any]:
        """Return a shape's program; make it if there is none, and drop the one not used longest."""
        alone = self.machine.trains_alone(shape)
        if not shape.shared:
            return self._make_program(shape, alone)
        key = self.make_key(shape)
        with self._lock:
            program = self.programs.pop(key, None) or self._make_program(shape, alone)
            self.programs[key] = program
            if len(self.programs) > _MOST_PROGRAMS:
                del self.programs[next(iter(self.programs))]
        return program

    def _make_program(self, shape: LaneShape, alone: bool) -> LaneProgram[Any]:
        return shape.make_program(self.data, alone=alone, compiled=self.machine.compiles)
