"""Numbers of an optimizer in which trials may differ, though they share a program.

Keras keeps the learning rate in a variable, but takes other numbers into the program as constants:
each weight decay that a search tries would need a program of its own, and tracing one takes longer
than many an epoch. So these numbers become variables of the optimizer as well, after those that it
has, and the update reads each lane's own.
"""

from collections.abc import Iterator
from typing import Any

import keras

__all__ = ["TUNED_NUMBERS", "make_numbers_variables"]

# Only numbers that Keras turns into float32 before it computes with them: the results are the same.
_OF_OPTIMIZERS = ("weight_decay",)
_OF_SCHEDULES = ("initial_learning_rate", "warmup_target")
TUNED_NUMBERS = (*_OF_OPTIMIZERS, *_OF_SCHEDULES)


def make_numbers_variables(optimizer: Any) -> None:
    """Turn an optimizer's tuned numbers, and those of its schedule, into variables of it.

    Args:
        optimizer: Built; changed in place. It can no longer be serialised.
    """
    for owner, name in list(_find_numbers(optimizer)):
        variable = optimizer.add_variable(
            (), keras.initializers.Constant(getattr(owner, name)), dtype="float32", name=name
        )
        setattr(owner, name, variable)


def _find_numbers(optimizer: Any) -> Iterator[tuple[Any, str]]:
    """Yield each tuned number as the object that has it, and its name."""
    schedule = optimizer._learning_rate
    keras_schedule = type(schedule).__module__.startswith("keras.")  # others may compute otherwise
    for owner, names in ((optimizer, _OF_OPTIMIZERS), (schedule, _OF_SCHEDULES)):
        for name in names if owner is optimizer or keras_schedule else ():
            if isinstance(getattr(owner, name, None), float):
                yield owner, name
