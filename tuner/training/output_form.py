"""What a network's outputs mean, and in which form its loss takes the classes."""

from dataclasses import dataclass, field
from typing import Any, Literal

import keras
import numpy as np

from tuner.errors import SpaceError
from tuner.model.loss_weights import get_loss_weights
from tuner.problem import Problem, map_inputs, take_rows
from tuner.words import count_noun

__all__ = ["OutputForm", "find_output_form", "take_sample"]

Labels = Literal["numbers", "one_hot", "binary"]

_LOSSES: dict[type, Labels] = {
    keras.losses.SparseCategoricalCrossentropy: "numbers",
    keras.losses.CategoricalCrossentropy: "one_hot",
    keras.losses.CategoricalFocalCrossentropy: "one_hot",
    keras.losses.BinaryCrossentropy: "binary",
    keras.losses.BinaryFocalCrossentropy: "binary",
}
_KNOWN = ", ".join(
    ("sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy")
)
_TINY = 1e-7  # the least probability whose logarithm is taken


@dataclass(frozen=True, slots=True)
class OutputForm:
    """How a network's outputs become probabilities, and classes the labels of its loss.

    Attributes:
        labels: `numbers` of shape `(rows,)`; `one_hot` rows of shape `(rows, classes)`; or
            `binary`, 0 and 1 of shape `(rows, 1)`.
        logits: Whether the network ends without a softmax or sigmoid, which its loss applies.
        outputs: Number of outputs: 1, whose sigmoid is the probability of the second class, or
            one for each class.
        classes: Number of classes.
        loss: The loss that the network was compiled with.
        heads: Networks in one, each with outputs of its own: their losses are averaged in
            training, and their probabilities in predictions.
    """

    labels: Labels
    logits: bool
    outputs: int
    classes: int
    loss: Any = field(compare=False)
    heads: int = 1

    def encode(self, y: Any) -> Any:
        """Return the labels that the loss takes.

        Args:
            y: Class numbers, shape `(rows,)`.
        """
        if self.heads > 1:
            y = keras.ops.repeat(keras.ops.expand_dims(y, 1), self.heads, axis=1)
        if self.labels == "numbers":
            return y
        if self.labels == "one_hot":
            return keras.ops.one_hot(y, self.classes, dtype="float32")
        return keras.ops.expand_dims(keras.ops.cast(y, "float32"), -1)

    def encode_array(self, y: np.ndarray) -> np.ndarray:
        """Return the labels that the loss takes, as an array."""
        return np.asarray(self.encode(y))

    def spread_weights(self, weights: Any) -> Any:
        """Return the weights of rows as the loss takes them: each head's loss has its row's.

        Args:
            weights: Shape `(rows,)`.
        """
        return weights if self.heads == 1 else weights[:, None]

    def to_probabilities(self, outputs: Any) -> Any:
        """Return the probabilities of all classes, in float32 whatever the network computes in.

        **Shape**: `(rows, outputs)`, or `(rows, heads, outputs)`, to `(rows, classes)`.
        """
        outputs = keras.ops.cast(outputs, "float32")
        if self.heads > 1:
            return keras.ops.mean(self._to_shares(outputs), axis=1)
        return self._to_shares(outputs)

    def _to_shares(self, outputs: Any) -> Any:
        if self.outputs == 1:
            second = keras.ops.sigmoid(outputs) if self.logits else outputs
            return keras.ops.concatenate([1.0 - second, second], axis=-1)
        return keras.ops.softmax(outputs) if self.logits else outputs

    def add_probabilities(self, model: Any, shape: tuple[int, ...]) -> keras.Model:
        """Return a network that gives the probabilities of all classes, of Keras's own layers.

        Args:
            model: A network of this form.
            shape: The shape of a row.
        """
        dtypes = {each.dtype for each in getattr(model, "outputs", None) or ()}
        is_float32 = dtypes <= {"float32"}
        are_probabilities = self.outputs != 1 and not self.logits and self.heads == 1
        if are_probabilities and is_float32:
            return model
        rows = keras.Input(shape)
        outputs = model(rows)
        if not is_float32:
            outputs = keras.layers.Activation("linear", dtype="float32")(outputs)
        if are_probabilities:
            return keras.Model(rows, outputs)
        if self.heads > 1:
            shares = keras.layers.Softmax()(outputs) if self.logits else outputs
            return keras.Model(rows, keras.layers.GlobalAveragePooling1D()(shares))
        if self.outputs != 1:
            return keras.Model(rows, keras.layers.Softmax()(outputs))
        second = keras.layers.Activation("sigmoid")(outputs) if self.logits else outputs
        first = keras.layers.Rescaling(-1.0, offset=1.0)(second)
        return keras.Model(rows, keras.layers.Concatenate()([first, second]))

    def to_outputs(self, probabilities: np.ndarray) -> np.ndarray:
        """Return outputs that `to_probabilities` takes to these probabilities.

        **Shape**: `(rows, classes)` to `(rows, outputs)`.
        """
        if not self.logits:
            return probabilities[:, 1:] if self.outputs == 1 else probabilities
        logits: np.ndarray = np.log(np.maximum(probabilities, _TINY))
        return logits[:, 1:] - logits[:, :1] if self.outputs == 1 else logits


def find_output_form(
    model: Any, problem: Problem | None, where: str, *, may_have_heads: bool = False
) -> OutputForm:
    """Return the output form of a compiled network.

    Args:
        model: The network.
        problem: Its rows and classes; None if the network is known to end in a softmax.
        where: What built the network, for messages.
        may_have_heads: Whether it may be several networks in one.

    Raises:
        SpaceError: The loss is not one of a classifier, or has a weight; or the network does not
            have an output for each class.
    """
    loss = _find_loss(model.loss, where)
    _check_loss_weights(model, where)
    labels = _find_labels(loss, where)
    logits = bool(getattr(loss, "from_logits", False))
    if problem is None:
        return OutputForm(labels or "numbers", logits, 0, 0, loss)
    heads, outputs = _count_outputs(model, problem, where, may_have_heads)
    _check_outputs(outputs, problem.classes, labels, where)
    if labels is None:  # of a loss of the hypermodel's own
        labels = "one_hot" if problem.one_hot else "numbers"
        labels = "binary" if outputs == 1 else labels
    if labels == "binary" and outputs > 1:
        labels = "one_hot"  # of a softmax, whose outputs are judged one by one
        if logits:
            raise SpaceError(
                f"{where}: binary_crossentropy of {outputs} logits is for rows of several classes "
                "at once; compile the network with categorical_crossentropy"
            )
    return OutputForm(labels, logits, outputs, problem.classes, loss, heads)


class _FunctionLoss(keras.losses.Loss):
    """The mean over rows of a function's values, as `compile` makes it of a function."""

    def __init__(self, function: Any) -> None:
        super().__init__(name=getattr(function, "__name__", "loss"))
        self.function = function

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.function(y_true, y_pred)


def _find_loss(loss: Any, where: str) -> Any:
    """Return the loss as an object; `compile` may have been given its name or a function."""
    if isinstance(loss, list | tuple | dict):
        losses = list(loss.values()) if isinstance(loss, dict) else list(loss)
        if len(losses) != 1:
            raise SpaceError(
                f"{where}: the network has {len(losses)} losses; a classifier has one output and "
                "one loss"
            )
        (loss,) = losses
    if isinstance(loss, str):
        loss = keras.losses.get(loss)
    for kind in _LOSSES:
        if loss is keras.losses.get(kind().name):  # Keras's function, such as that of a name
            return kind()
    return loss if isinstance(loss, keras.losses.Loss) else _FunctionLoss(loss)


def _check_loss_weights(model: Any, where: str) -> None:
    """Refuse a weight of the only loss, which no trainer multiplies the loss by."""
    weights = get_loss_weights(model)
    if weights is not None and any(weight != 1 for weight in keras.tree.flatten(weights)):
        raise SpaceError(
            f"{where}: compile has loss_weights={weights!r}, but a network is trained with the "
            "weight 1; leave loss_weights out, and multiply in a loss function of your own"
        )


def _find_labels(loss: Any, where: str) -> Labels | None:
    """Return the form in which a loss takes the classes; None for a loss of a hypermodel's own."""
    for kind, labels in _LOSSES.items():
        if isinstance(loss, kind):
            return labels
    function = getattr(loss, "function", None)
    module = str(getattr(function or type(loss), "__module__", ""))
    if module.partition(".")[0] != "keras":
        return None
    raise SpaceError(
        f"{where}: loss must be one of a classifier that gives probabilities ({_KNOWN}); received "
        f"{loss.name}"
    )


def _count_outputs(
    model: Any, problem: Problem, where: str, may_have_heads: bool
) -> tuple[int, int]:
    """Return how many networks a network holds, and the number of outputs of each for a row."""
    if isinstance(model, keras.Sequential) or hasattr(model, "output_shape"):
        shape = model.output_shape
    else:  # a subclassed model is known by what it returns
        shape = keras.tree.map_structure(
            lambda values: tuple(values.shape), model(take_sample(problem), training=False)
        )
    if may_have_heads and len(shape) == 3:
        return shape[1], shape[2]
    if not isinstance(shape, tuple) or len(shape) != 2 or not isinstance(shape[1], int):
        raise SpaceError(
            f"{where}: the network must have one output of shape (rows, classes); received {shape}"
        )
    return 1, shape[1]


def _check_outputs(outputs: int, classes: int, labels: Labels | None, where: str) -> None:
    """Check that the number of outputs agrees with the classes and the loss."""
    if outputs == classes or ((outputs, classes) == (1, 2) and labels in ("binary", None)):
        return
    needed = f"end it with Dense({classes}), one output for each class"
    if labels == "binary" and classes == 2:
        needed = "end it with Dense(1)"
    elif labels == "binary":
        needed += ", and compile it with sparse_categorical_crossentropy"
    raise SpaceError(
        f"{where}: the network has {count_noun(outputs, 'output')}, but the rows have {classes} "
        f"classes; {needed}"
    )


def take_sample(problem: Problem) -> Any:
    """Return the first row, as a network takes it."""
    return map_inputs(keras.ops.convert_to_tensor, take_rows(problem.x, slice(0, 1)))
