"""The optimizers that can update the weights of many lanes at once."""

from typing import TypeAlias

from tuner.model.optimizers import SGD, Optimizer
from tuner.training.lanes.stacked_mlps.sgd import StackedSGD

__all__ = ["StackedOptimizer", "stack_optimizer"]

StackedOptimizer: TypeAlias = StackedSGD
"""Any of the classes below, as a union."""

_STACKED = {SGD: StackedSGD}


def stack_optimizer(optimizer: Optimizer) -> StackedOptimizer:
    """Return the optimizer of many lanes, chosen by the type of a trial's optimizer.

    >>> stack_optimizer(SGD(0.1, momentum=0.9, nesterov=True, cosine=True))
    StackedSGD(nesterov=True)
    """
    return _STACKED[type(optimizer)].from_optimizer(optimizer)
