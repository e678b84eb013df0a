"""The same configuration, trained for more or fewer epochs."""

from collections.abc import Mapping

from tuner.space import Space, Value

__all__ = ["lengthen", "list_shorter"]


def lengthen(values: Mapping[str, Value], space: Space) -> dict[str, Value] | None:
    """Return a configuration with the next longer `length` of training; None if there is none."""
    longer = [each for each in _list_lengths(space) if each > float(values["length"])]
    return {**values, "length": min(longer)} if longer else None


def list_shorter(values: Mapping[str, Value], space: Space) -> list[dict[str, Value]]:
    """Return a configuration with each shorter `length` of training, the longest first."""
    if "length" not in values:
        return []
    lengths = sorted(_list_lengths(space), reverse=True)
    return [{**values, "length": each} for each in lengths if each < float(values["length"])]


def _list_lengths(space: Space) -> list[float]:
    """Return the lengths of training that a space has."""
    known = {h.name: h.domain.values() for h in space.hyperparameters}
    return [float(each) for each in known.get("length") or ()]
