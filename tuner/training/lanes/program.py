"""One TensorFlow program that trains many networks of one shape: an epoch of all of them a call.

On a CPU the lanes are split into as many parts as there are cores, and each part's products run
on one thread: at these sizes two threads in one product are slower than one (measured on two
cores: 15 lanes of 32×128×128 at 70 GFLOP/s with two threads, at 110 with one). The parts are
independent loops of one program, which TensorFlow runs side by side.
"""

import numpy as np
import tensorflow as tf

from tuner.training.lanes.data import LaneData
from tuner.training.lanes.network import Lanes, StackedNetworks
from tuner.training.lanes.shape import LaneShape
from tuner.training.lanes.values import LaneValues

__all__ = ["LaneProgram"]


class LaneProgram:
    """The program of one shape, and the weights of the lanes that it trains now.

    It is traced once, whatever the number of lanes, and goes on with fewer when a trial ends.

    Args:
        shape: The shape of every lane's network.
        data: The rows.
        parts: Loops that run side by side.
    """

    def __init__(self, shape: LaneShape, data: LaneData, *, parts: int) -> None:
        self.shape = shape
        self.data = data
        self.parts = [StackedNetworks(shape, data) for _ in range(parts)]
        steps = -(-data.train_rows // shape.batch_size)
        self.steps = int(steps.max())
        self.common_steps = int(steps.min())  # those that every fold takes
        self._bounds = np.zeros(parts + 1, np.int32)
        # written with while_loop, since AutoGraph would take most of the time to trace
        self._program = tf.function(
            self._train_epoch, input_signature=[self._signature()], autograph=False
        )

    def load(self, initial: list[list[np.ndarray]]) -> None:
        """Begin with the initial weights of each lane: kernel and bias of each layer in turn."""
        layers = len(self.shape.widths) - 1
        kernels = [np.stack([lane[2 * n] for lane in initial]) for n in range(layers)]
        biases = [np.stack([lane[2 * n + 1][None] for lane in initial]) for n in range(layers)]
        weights = [*kernels, *biases]
        self._spread([*weights, *map(np.zeros_like, weights)], len(initial))

    def keep(self, lanes: np.ndarray) -> None:
        """Go on with some of the lanes."""
        variables = zip(*(part.variables for part in self.parts), strict=True)
        whole = [tf.concat(part_of, axis=0) for part_of in variables]
        self._spread([tf.gather(values, lanes) for values in whole], len(lanes))

    def _spread(self, values: list[tf.Tensor], lanes: int) -> None:
        """Give each part its share of the lanes."""
        self._bounds = _bounds(lanes, len(self.parts))
        for part, start, stop in zip(self.parts, self._bounds, self._bounds[1:], strict=False):
            for variable, value in zip(part.variables, values, strict=True):
                variable.assign(value[start:stop])

    def epoch(
        self, order: np.ndarray, learning_rates: np.ndarray, values: LaneValues, *, epoch: int
    ) -> dict[str, np.ndarray]:
        """Train every lane for an epoch and predict its validation rows.

        Args:
            order: Row numbers in the order in which each lane visits them, filled up to whole
                batches, shape `(lanes, steps × batch size)`, int32.
            learning_rates: Of this epoch, shape `(lanes,)`.
            values: What differs from lane to lane.
            epoch: Counted from 0; decides the dropout masks.

        Returns:
            `loss`, `accuracy` and `penalty`, each of shape `(lanes,)`, and `probabilities` of
            shape `(lanes, padded validation rows, classes)`.
        """
        data, fold = self.data, values.fold
        answer = self._program(
            {
                "bounds": tf.constant(self._bounds),
                "order": tf.constant(order),
                "rows": tf.constant(data.train_rows[fold].astype(np.int32)),
                "validation": tf.constant(data.validation[fold]),
                "mean": tf.constant(data.mean[fold]),
                "scale": tf.constant(data.scale[fold]),
                "rate": _vector(learning_rates),
                "l1": _vector(values.l1),
                "l2": _vector(values.l2),
                "radius": _vector(values.radius),
                "dropout": _vector(values.dropout),
                "input_dropout": _vector(values.input_dropout),
                "seed": tf.constant(values.seed),
                "first_step": tf.constant(epoch * self.steps, tf.int32),
            }
        )
        return {name: tensor.numpy() for name, tensor in answer.items()}

    def _signature(self) -> dict[str, tf.TensorSpec]:
        """Return what `_train_epoch` takes; the lanes' axis is free, so that it is traced once."""
        features, integers = self.shape.widths[0], tf.int32
        order = self.steps * self.shape.batch_size
        numbers = ("rate", "l1", "l2", "radius", "dropout", "input_dropout")
        return {
            "bounds": tf.TensorSpec((len(self.parts) + 1,), integers),
            "order": tf.TensorSpec((None, order), integers),
            "rows": tf.TensorSpec((None,), integers),
            "validation": tf.TensorSpec((None, self.data.validation.shape[1]), integers),
            "mean": tf.TensorSpec((None, 1, features)),
            "scale": tf.TensorSpec((None, 1, features)),
            **{name: tf.TensorSpec((None,)) for name in numbers},
            "seed": tf.TensorSpec((None,), tf.uint32),
            "first_step": tf.TensorSpec((), integers),
        }

    def _train_epoch(self, lanes: Lanes) -> dict[str, tf.Tensor]:
        bounds, answers = lanes["bounds"], []
        common = {"bounds", "first_step"}
        for number, part in enumerate(self.parts):
            share = slice(bounds[number], bounds[number + 1])
            own = {name: v if name in common else v[share] for name, v in lanes.items()}
            answers.append(self._train_part(part, own))
        return {name: tf.concat([a[name] for a in answers], axis=0) for name in answers[0]}

    def _train_part(self, part: StackedNetworks, lanes: Lanes) -> dict[str, tf.Tensor]:
        def train(step: tf.Tensor, loss: tf.Tensor, right: tf.Tensor) -> tuple[tf.Tensor, ...]:
            step_loss, step_right = part.step(step, lanes)
            return step + 1, loss + step_loss, right + step_right

        nothing = tf.zeros_like(lanes["rate"])
        _, loss, right = tf.while_loop(
            lambda step, *_: step < self.common_steps,
            train,
            (tf.constant(0), nothing, nothing),
            parallel_iterations=1,
        )
        for step in range(self.common_steps, self.steps):
            step_loss, step_right = part.step_where_rows_are_left(tf.constant(step), lanes)
            loss, right = loss + step_loss, right + step_right
        rows = tf.cast(lanes["rows"], tf.float32)
        return {
            "loss": loss / rows,
            "accuracy": right / rows,
            "penalty": part.penalty(lanes),
            "probabilities": self._predict(part, lanes),
        }

    def _predict(self, part: StackedNetworks, lanes: Lanes) -> tf.Tensor:
        """Predict the validation rows, some at a time, so that memory does not grow with them."""
        chunk = self.data.chunk
        chunks = self.data.validation.shape[1] // chunk

        def predict(number: tf.Tensor, parts: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            ids = lanes["validation"][:, number * chunk : (number + 1) * chunk]
            probabilities = tf.transpose(part.predict(ids, lanes), [1, 0, 2])
            return number + 1, parts.write(number, probabilities)

        _, written = tf.while_loop(
            lambda number, _: number < chunks,
            predict,
            (tf.constant(0), tf.TensorArray(tf.float32, size=chunks)),
            parallel_iterations=1,
        )
        return tf.transpose(written.concat(), [1, 0, 2])


def _bounds(lanes: int, parts: int) -> np.ndarray:
    """Return where each part's lanes begin and end: shares that differ by one at most.

    No part has a single lane, whose products would round differently (another kernel takes
    them); the last parts have none instead.

    >>> _bounds(5, 2), _bounds(3, 2)
    (array([0, 2, 5], dtype=int32), array([0, 3, 3], dtype=int32))
    """
    used = max(1, min(parts, lanes // 2))
    bounds = [lanes * number // used for number in range(used + 1)]
    return np.array([*bounds, *[lanes] * (parts - used)], np.int32)


def _vector(values: np.ndarray) -> tf.Tensor:
    return tf.constant(values.astype(np.float32))
