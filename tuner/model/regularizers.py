"""The kinds of regularizers.

The loss of a network with weights W is L(W) = (1/N) Σ L_i + λ R(W) with L_i = −log softmax of
the true class and R over the kernels of all layers, the output layer's included, never over
biases (Goodfellow, Bengio and Courville 2016, Deep Learning, section 7.1):

- `l2`: R = Σ W²
- `l1`: R = Σ |W|
- `elastic_net`: R = Σ (β W² + |W|)  (Zou and Hastie 2005, with the weight on the square)
- `max_norm`: no R; each unit's incoming weight vector is kept within a ball of the given radius
  (Srebro and Shraibman 2005; Srivastava et al. 2014, section 5.1)

To add a kind, add it to `REGULARIZERS`, to `KIND_USES` in `tuner/space/keys.py`, and to
`tests/model/test_regularizers.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tuner.space import KIND_USES

__all__ = ["REGULARIZERS", "Penalty", "make_penalty"]


@dataclass(frozen=True, slots=True)
class Penalty:
    """The effect of a regularizer on a network.

    Attributes:
        l1: Factor of Σ |W| in the loss.
        l2: Factor of Σ W² in the loss.
        radius: Bound on the norm of each unit's incoming weights; None for no bound.
    """

    l1: float = 0.0
    l2: float = 0.0
    radius: float | None = None


REGULARIZERS: dict[str, Callable[..., Penalty]] = {
    "none": Penalty,
    "l1": lambda strength: Penalty(l1=strength),
    "l2": lambda strength: Penalty(l2=strength),
    "elastic_net": lambda strength, balance: Penalty(l1=strength, l2=strength * balance),
    "max_norm": lambda radius: Penalty(radius=radius),
}


def make_penalty(values: Mapping[str, Any]) -> Penalty:
    """Return the penalty of a trial.

    Args:
        values: Its active hyperparameters: `kind`, and those that the kind uses.

    >>> make_penalty({"kind": "l2", "strength": 0.01})
    Penalty(l1=0.0, l2=0.01, radius=None)
    """
    kind = values["kind"]
    return REGULARIZERS[kind](**{name: float(values[name]) for name in KIND_USES[kind]})
