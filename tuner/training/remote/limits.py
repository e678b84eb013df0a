"""How long a search waits for a cluster of Ray."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait, in seconds.

    Attributes:
        silence: For a report, before the worker counts as lost, as long as the search listens.
        stall: For progress of a training, likewise.
        head: For a head, or Ray on this machine, that does not answer, before the search ends.
            After 60, Ray ends this process without a word.
        nobody: For the first worker, or another one if all are lost, before the search ends.
        put: For Ray on this machine to take the rows, before the search ends.
        rows: For the rows to come to a worker, likewise.
        end: For Ray's own processes to end with the search.
    """

    silence: float = 60.0
    stall: float = 3600.0
    head: float = 30.0
    nobody: float = 300.0
    put: float = 600.0
    rows: float = 600.0
    end: float = 20.0
