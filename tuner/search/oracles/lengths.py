"""How long a configuration trains, and the same one trained for more or fewer epochs."""

from collections.abc import Mapping

from tuner.space import Space, Value

__all__ = ["gained_to_its_end", "lengthen", "list_shorter", "was_best_early"]

_NEAR_END = 0.75  # of its epochs; what was best before gains nothing by longer training
_EARLY = 1 / 3  # of its epochs; what was best before learns its rows by heart since then


def gained_to_its_end(values: Mapping[str, Value], epoch: int, most_epochs: int) -> bool:
    """Return whether a trial's best epoch was one of its last, so that more may gain.

    Args:
        values: Its active hyperparameters.
        epoch: The best epoch, counted from 1.
        most_epochs: The most epochs of a trial of length 1.
    """
    return epoch >= _NEAR_END * _count_epochs(values, most_epochs)


def was_best_early(values: Mapping[str, Value], epoch: int, most_epochs: int) -> bool:
    """Return whether a trial's best epoch was in its first third, so that it is too free.

    Args:
        values: Its active hyperparameters.
        epoch: The best epoch, counted from 1.
        most_epochs: The most epochs of a trial of length 1.
    """
    return epoch <= _EARLY * _count_epochs(values, most_epochs)


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


def _count_epochs(values: Mapping[str, Value], most_epochs: int) -> float:
    return float(values.get("length", 1.0)) * most_epochs


def _list_lengths(space: Space) -> list[float]:
    """Return the lengths of training that a space has."""
    known = {h.name: h.domain.values() for h in space.hyperparameters}
    return [float(each) for each in known.get("length") or ()]
