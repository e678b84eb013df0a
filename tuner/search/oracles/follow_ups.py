"""What a trial's best epoch says to try next: a longer training, or more dropout of its inputs."""

from collections.abc import Mapping

from tuner.search.oracles.lengths import gained_to_its_end, lengthen, was_best_early
from tuner.space import Space, Value

__all__ = ["find_follow_up"]

_STEPS = 4  # rates of a range


def find_follow_up(
    values: Mapping[str, Value], epoch: int, most_epochs: int, space: Space
) -> dict[str, Value] | None:
    """Return a configuration with one value changed, as the epoch of its best score says.

    Args:
        values: Its active hyperparameters.
        epoch: Its best epoch, counted from 1.
        most_epochs: The most epochs of a trial of length 1.
        space: The space.

    Returns:
        With the next longer `length` if it gained to its end; with the next higher `input_dropout`
        if it was best early, since it then learned its rows by heart. None if it was best in
        between, or the space has no such value.
    """
    if gained_to_its_end(values, epoch, most_epochs):
        return lengthen(values, space)
    if was_best_early(values, epoch, most_epochs):
        return _drop_more_inputs(values, space)
    return None


def _drop_more_inputs(values: Mapping[str, Value], space: Space) -> dict[str, Value] | None:
    if "input_dropout" not in values:  # of a space that Python has made
        return None
    rate = float(values["input_dropout"])
    rates = map(float, space.find_hyperparameter("input_dropout").domain.grid(_STEPS))
    higher = [each for each in rates if each > rate]
    if not higher:
        return None
    changed = {**values, "input_dropout": min(higher)}
    # what acts on it alone, such as a schedule, becomes active
    return space.choose(lambda name, domain: changed.get(name, domain.grid()[0]))
