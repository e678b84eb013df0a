"""The regularizer kinds of a space, each as arguments of a Keras `Dense` layer.

The loss of a network with weights W is L(W) = (1/N) Σ L_i + λ R(W) with L_i = −log softmax of
the true class and R over the kernels of all layers, the output layer's included, never over
biases (Goodfellow, Bengio and Courville 2016, Deep Learning, section 7.1):

- `l2`: R = Σ W²
- `l1`: R = Σ |W|
- `elastic_net`: R = Σ (β W² + |W|)  (Zou and Hastie 2005, with the weight on the square)
- `max_norm`: no R; each unit's incoming weight vector is kept within a ball of the given radius
  (Srebro and Shraibman 2005; Srivastava et al. 2014, section 5.1)

They are Keras's own classes, so that a saved model loads without this package.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from tuner.space import KIND_USES, Value

__all__ = ["REGULARIZERS", "regularizer_arguments"]

Arguments = dict[str, Any]


def _none(values: Mapping[str, Any]) -> Arguments:
    return {}


def _l1(values: Mapping[str, Any]) -> Arguments:
    return {"kernel_regularizer": keras.regularizers.L1(values["strength"])}


def _l2(values: Mapping[str, Any]) -> Arguments:
    return {"kernel_regularizer": keras.regularizers.L2(values["strength"])}


def _elastic_net(values: Mapping[str, Any]) -> Arguments:
    strength = values["strength"]
    penalty = keras.regularizers.L1L2(l1=strength, l2=strength * values["balance"])
    return {"kernel_regularizer": penalty}


def _max_norm(values: Mapping[str, Any]) -> Arguments:
    # axis 0 runs over a Dense kernel's inputs: one norm a unit
    return {"kernel_constraint": keras.constraints.MaxNorm(values["radius"], axis=0)}


REGULARIZERS: dict[str, Callable[[Mapping[str, Any]], Arguments]] = {
    "none": _none,
    "l1": _l1,
    "l2": _l2,
    "elastic_net": _elastic_net,
    "max_norm": _max_norm,
}


def regularizer_arguments(values: Mapping[str, Value]) -> Arguments:
    """Return the `Dense` arguments of a trial's regularizer.

    Args:
        values: A trial's active hyperparameters: `kind`, and those that the kind uses.

    Returns:
        New regularizer or constraint objects; call it once a layer.
    """
    kind = str(values["kind"])
    return REGULARIZERS[kind]({name: values[name] for name in KIND_USES[kind]})
