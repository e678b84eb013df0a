"""An ONNX graph that is built operation by operation, as NumPy computes.

`Tensor` has NumPy's operators, and `Operations` the functions of `numpy` and `keras.ops` that the
parsers of numbers and dates use. So a parser that is called with them becomes part of the graph,
and cannot differ from the one that read the data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

__all__ = ["SAMPLE_ROWS", "Graph", "Tensor"]

SAMPLE_ROWS = 2  # of `Tensor.sample`
ML, RUNTIME = "ai.onnx.ml", "com.microsoft"
_VERSIONS = {"": 18, ML: 3, RUNTIME: 1}  # of the sets of operators, the lowest that have them all
_IR_VERSION = 8  # that of ONNX 1.13, which introduced version 18
_TYPES = {"b": np.bool_, "i": np.int64, "u": np.int64, "O": np.object_}


class Graph:
    """Nodes and constants so far.

    All names of its own begin with `_`, and those of inputs with a letter.
    """

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[tuple[Any, ...], str] = {}
        self._tensors: list[TensorProto] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def add_input(self, name: str, dtype: Any, shape: tuple[int, ...] = ()) -> "Tensor":
        """Add an input of shape `(rows, *shape)`; texts have the type `object`."""
        sample = np.full((SAMPLE_ROWS, *shape), "" if dtype is object else 0, dtype)
        self._inputs.append(_describe(name, sample))
        return Tensor(self, name, sample)

    def add_output(self, name: str, tensor: "Tensor") -> None:
        """Give a tensor out under a name."""
        self._nodes.append(helper.make_node("Identity", [tensor.name], [name]))
        self._outputs.append(_describe(name, tensor.sample))

    def add_constant(self, values: Any) -> str:
        """Return the name of a constant, of the type that ONNX has for that of `values`."""
        array = np.asarray(values)
        array = np.ascontiguousarray(array, _choose_type(array.dtype)).reshape(array.shape)
        content = tuple(array.ravel()) if array.dtype == object else array.tobytes()
        key = (array.dtype.str, array.shape, content)
        if key not in self._constants:
            self._constants[key] = f"_constant_{len(self._tensors)}"
            self._tensors.append(numpy_helper.from_array(array, self._constants[key]))
        return self._constants[key]

    def add(
        self,
        operator: str,
        inputs: "Sequence[Tensor | str | Any]",
        sample: np.ndarray,
        *,
        domain: str = "",
        **attributes: Any,
    ) -> "Tensor":
        """Add a node with one output, and return that.

        Args:
            operator: The name of its operator.
            inputs: Tensors; anything else becomes a constant of its own type.
            sample: The output's type and shape, in an array with two rows.
            domain: The operator's domain.
            **attributes: The node's attributes.
        """
        names = [each.name if isinstance(each, Tensor) else self.add_constant(each)
                 for each in inputs]  # fmt: skip
        name = f"_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, names, [name], domain=domain, name=name, **attributes)
        )
        return Tensor(self, name, sample)

    def make_model(self, name: str) -> ModelProto:
        """Return the whole model, checked by ONNX."""
        graph = helper.make_graph(self._nodes, name, self._inputs, self._outputs, self._tensors)
        domains = {"", *(node.domain for node in self._nodes)}
        versions = [helper.make_opsetid(each, _VERSIONS[each]) for each in sorted(domains)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=_IR_VERSION)
        checker.check_model(model)
        return model


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A tensor of a graph, with NumPy's operators.

    Attributes:
        graph: The graph.
        name: The tensor's name.
        sample: Two rows of NumPy, whose type and shape the tensor has; their values mean nothing.
    """

    graph: Graph
    name: str
    sample: np.ndarray
    __array_ufunc__ = None  # so that an array on the left leaves the operation to the tensor

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape; the number of rows is that of the sample."""
        return self.sample.shape

    def cast(self, dtype: Any) -> "Tensor":
        """Return the values in another type, or the tensor itself if it has this type."""
        wanted, sample = _choose_type(np.dtype(dtype)), self.sample.astype(dtype)
        if wanted == _choose_type(self.sample.dtype):
            return Tensor(self.graph, self.name, sample)
        return self.graph.add("Cast", [self], sample, to=_find_onnx_type(np.dtype(dtype)))

    def reshape(self, shape: tuple[int, ...]) -> "Tensor":
        """Return the values in another shape; the number of rows stands in it as -1."""
        return self.graph.add("Reshape", [self, np.array(shape)], self.sample.reshape(shape))

    def transpose(self, *axes: int) -> "Tensor":
        """Return the tensor with its axes in another order."""
        return self.graph.add("Transpose", [self], self.sample.transpose(axes), perm=axes)

    def choose(self, indices: np.ndarray | int, axis: int = 1) -> "Tensor":
        """Return some columns, or a single one without its axis."""
        sample = np.take(self.sample, indices, axis)
        return self.graph.add("Gather", [self, np.asarray(indices)], sample, axis=axis)

    def __getitem__(self, key: tuple[Any, ...]) -> "Tensor":
        """Return `[:, index]` or `[:, :stop]`, all that the parsers take."""
        _, column = key
        if isinstance(column, slice):
            return self.choose(np.arange(*column.indices(self.shape[1])))
        return self.choose(column % self.shape[1])

    def __add__(self, other: Any) -> "Tensor":
        return self._combine("Add", np.add, other)

    def __mul__(self, other: Any) -> "Tensor":
        return self._combine("Mul", np.multiply, other)

    def __sub__(self, other: Any) -> "Tensor":
        return self._combine("Sub", np.subtract, other)

    def __rsub__(self, other: Any) -> "Tensor":
        return self._combine("Sub", np.subtract, other, swapped=True)

    def __truediv__(self, other: Any) -> "Tensor":
        return self._combine("Div", np.divide, other)

    def __mod__(self, other: Any) -> "Tensor":
        return self._combine("Mod", np.mod, other)

    def __floordiv__(self, other: Any) -> "Tensor":
        return (self - self % other)._combine("Div", np.floor_divide, other)

    __radd__, __rmul__ = __add__, __mul__

    def __and__(self, other: "Tensor") -> "Tensor":
        return self._combine("And", np.logical_and, other)

    def __or__(self, other: "Tensor") -> "Tensor":
        return self._combine("Or", np.logical_or, other)

    def __invert__(self) -> "Tensor":
        return self.graph.add("Not", [self], ~self.sample)

    def __lt__(self, other: Any) -> "Tensor":
        return self._combine("Less", np.less, other)

    def __le__(self, other: Any) -> "Tensor":
        return self._combine("LessOrEqual", np.less_equal, other)

    def __gt__(self, other: Any) -> "Tensor":
        return self._combine("Greater", np.greater, other)

    def __ge__(self, other: Any) -> "Tensor":
        return self._combine("GreaterOrEqual", np.greater_equal, other)

    def equals(self, other: Any) -> "Tensor":
        """Return where two tensors are equal."""
        return self._combine("Equal", np.equal, other)

    def _combine(
        self, operator: str, function: Any, other: Any, *, swapped: bool = False
    ) -> "Tensor":
        """Add an operator of two tensors, of the type that NumPy would compute in."""
        return combine(self.graph, operator, function, (other, self) if swapped else (self, other))


def combine(graph: Graph, operator: str, function: Any, values: Sequence[Any]) -> Tensor:
    """Add an operator of two tensors or numbers, of the type that NumPy would compute in."""
    samples = [each.sample if isinstance(each, Tensor) else each for each in values]
    with np.errstate(all="ignore"):
        sample = np.asarray(function(*samples))
        dtype = np.result_type(*samples)
    if sample.dtype.kind == "f":  # whole numbers are divided as fractions
        dtype = np.result_type(dtype, sample.dtype)
    inputs = [
        each.cast(dtype) if isinstance(each, Tensor) else np.asarray(each, dtype) for each in values
    ]
    return graph.add(operator, inputs, sample)


def _choose_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type that ONNX computes in: all whole numbers are int64."""
    return np.dtype(_TYPES.get(dtype.kind, dtype))


def _find_onnx_type(dtype: np.dtype[Any]) -> int:
    return helper.np_dtype_to_tensor_dtype(_choose_type(dtype))


def _describe(name: str, sample: np.ndarray) -> Any:
    shape = ["rows", *sample.shape[1:]]
    return helper.make_tensor_value_info(name, _find_onnx_type(sample.dtype), shape)
