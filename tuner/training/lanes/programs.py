"""The programs of this process, traced once for all searches and shapes that can share them."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from tuner.training.lanes.data import LaneData
from tuner.training.lanes.interfaces import LaneProgram, LaneShape
from tuner.training.lanes.machine import Machine

__all__ = ["KeptPrograms", "Programs"]

_MOST_PROGRAMS = 64  # each takes some megabytes
_MOST_BYTES = 2**28  # of the networks that programs keep


class KeptPrograms:
    """Keeps the programs that were used last; any thread can ask for one.

    Attributes:
        programs: The programs by their key, the one that was used last at the end.
    """

    def __init__(self) -> None:
        self.programs: OrderedDict[Hashable, LaneProgram[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable, make: Callable[[], LaneProgram[Any]]) -> LaneProgram[Any]:
        """Return the program of a key, made now if there is none; drop those not used longest."""
        with self._lock:
            if key not in self.programs:
                self.programs[key] = make()
            self.programs.move_to_end(key)
            program = self.programs[key]
            while len(self.programs) > 1 and self._are_too_many():
                self.programs.popitem(last=False)
        return program

    def _are_too_many(self) -> bool:
        kept = sum(program.kept_bytes for program in self.programs.values())
        return len(self.programs) > _MOST_PROGRAMS or kept > _MOST_BYTES


_KEPT = KeptPrograms()


class Programs:
    """Finds the programs for some rows; any thread can ask for one.

    Args:
        data: The rows.
        machine: Decides which lanes train alone, and what XLA compiles.
    """

    def __init__(self, data: LaneData, machine: Machine) -> None:
        self.data = data
        self.machine = machine
        self._used: weakref.WeakSet[LaneProgram[Any]] = weakref.WeakSet()
        self._lock = threading.Lock()

    @property
    def used(self) -> list[LaneProgram[Any]]:
        """Those that were found and are still kept."""
        with self._lock:
            return list(self._used)

    def make_key(self, shape: LaneShape) -> Hashable:
        """Return the key of a shape's program. Shapes with the same key share a program."""
        alone = self.machine.trains_alone(shape)
        return shape.find_structure(self.data), alone, self.machine.compiles

    def find(self, shape: LaneShape) -> LaneProgram[Any]:
        """Return a shape's program."""

        def make() -> LaneProgram[Any]:
            alone, compiled = self.machine.trains_alone(shape), self.machine.compiles
            return shape.make_program(self.data, alone=alone, compiled=compiled)

        if not shape.shared:
            return make()
        program = _KEPT.find(self.make_key(shape), make)
        with self._lock:
            self._used.add(program)
        return program
