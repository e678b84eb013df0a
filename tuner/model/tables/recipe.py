"""The parts of a trial's network for tables, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from tuner.model.regularizers import Penalty, make_penalty

__all__ = ["SGD", "AdamW", "InputParts", "Optimizer", "TableRecipe"]


@dataclass(frozen=True, slots=True)
class InputParts:
    """What happens to features before the first hidden layer.

    Attributes:
        scaling: `standard`, `robust` or `quantile`, of numbers.
        numbers: `plain`, `periodic` or `piecewise`: how a number becomes features.
        frequencies: Cosines of each number, if periodic.
        frequency_scale: Standard deviation of the initial frequencies, per unit of a scaled number.
        bins: Linear pieces of each number, if piecewise.
        number_width: Features of each embedded number, the number itself among them.
        one_hot: Most levels of a column that are features of their own; those of larger columns are
            embedded. None to embed none.
        word_width: Features of an embedded column of levels.
    """

    scaling: str = "standard"
    numbers: str = "plain"
    frequencies: int = 16
    frequency_scale: float = 0.1
    bins: int = 16
    number_width: int = 4
    one_hot: int | None = None
    word_width: int = 8

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "InputParts":
        """Return the parts of a trial; absent hyperparameters have their usual values."""
        given = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        return cls(**given)

    @property
    def pieces(self) -> int:
        """The cosines or linear pieces of which an embedding of a number is made."""
        return self.frequencies if self.numbers == "periodic" else self.bins

    def embeds(self, levels: int) -> bool:
        """Return whether a column of so many levels is embedded."""
        return self.one_hot is not None and levels > max(self.one_hot, self.word_width)


@dataclass(frozen=True, slots=True)
class Optimizer:
    """What all optimizers have: the learning rate, its schedule, and its factors of some weights.

    Attributes:
        learning_rate: The highest learning rate.
        schedule: `constant`, `cosine`, `flat_cosine` or `coslog4`, of the learning rate.
        warm_up: Share of the epochs in which the learning rate rises linearly.
        bias_rate: Factor of the learning rate of biases.
        first_layer_rate: Factor of the learning rate of the first hidden layer's kernel.
        embedding_rate: Factor of the learning rate of embeddings.
        scaling_rate: Factor of the learning rate of the scaling layer.
        slope_rate: Factor of the learning rate of learned slopes.
    """

    learning_rate: float
    schedule: str = "constant"
    warm_up: float = 0.0
    bias_rate: float = 1.0
    first_layer_rate: float = 1.0
    embedding_rate: float = 1.0
    scaling_rate: float = 1.0
    slope_rate: float = 1.0

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Return the optimizer of a trial; absent hyperparameters have their usual values."""
        given = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        return cls(**given)


@dataclass(frozen=True, slots=True)
class SGD(Optimizer):
    """Stochastic gradient descent with momentum, as `keras.optimizers.SGD` computes it.

    Attributes:
        momentum: Share of the last update that is added to the next one.
        nesterov: Whether the momentum is Nesterov's.
    """

    momentum: float = 0.9
    nesterov: bool = False


@dataclass(frozen=True, slots=True)
class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019).

    Attributes:
        beta_1: Decay of the mean of gradients.
        beta_2: Decay of the mean of their squares.
        weight_decay: Share of a kernel that a step with learning rate 1 takes away.
        decay_schedule: The schedule of the weight decay, on top of that of the learning rate.
        averaging: Decay of the moving average of weights; 0 for none.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    weight_decay: float = 0.0
    decay_schedule: str = "constant"
    averaging: float = 0.0


@dataclass(frozen=True, slots=True)
class TableRecipe:
    """A network for tables.

    Attributes:
        inputs: What happens to features before the first hidden layer.
        depth: Hidden layers.
        units: Units of each.
        activation: By its name in Keras.
        learned_slope: Whether each unit learns how much of its activation it uses.
        normalization: `none`, `batch` or `layer`, after each hidden layer.
        residual: Whether hidden layers after the first add their input to their output.
        scaling_layer: Whether each input of the first hidden layer has a learned factor.
        parametrization: `standard`, or `ntk`: normal kernels, divided by the root of the inputs
            (Jacot et al. 2018).
        biases: `zero`, or `data`: initial biases from training rows.
        heads: Networks that share their kernels but for rank-one factors (Gorishniy et al. 2024).
        penalty: Penalty of its regularizer.
        dropout: Dropout rate after each hidden layer.
        input_dropout: Dropout rate before the first.
        dropout_schedule: The schedule by which dropout rates fall.
        label_smoothing: Share of a label that is spread over all classes; None without such a key.
        mixing: `none`, `mixup` or `cutmix` of rows and their labels.
        mixing_strength: α of the Beta distribution of a row's share.
        optimizer: The optimizer.
        batch_size: Rows of a batch.
        length: Share of the planned epochs that it trains, with schedules that are as long.
        classes: Number of classes.
    """

    inputs: InputParts
    depth: int
    units: int
    activation: str
    learned_slope: bool
    normalization: str
    residual: bool
    scaling_layer: bool
    parametrization: str
    biases: str
    heads: int
    penalty: Penalty
    dropout: float
    input_dropout: float
    dropout_schedule: str
    label_smoothing: float | None
    mixing: str
    mixing_strength: float
    optimizer: Optimizer
    batch_size: int
    length: float
    classes: int

    @classmethod
    def from_values(cls, values: Mapping[str, Any], *, classes: int) -> "TableRecipe":
        """Return the recipe of a trial.

        Args:
            values: Its active hyperparameters.
            classes: Number of classes.
        """
        optimizer = AdamW if values.get("optimizer") == "adamw" else SGD
        smoothing = values.get("label_smoothing")
        return cls(
            inputs=InputParts.from_values(values),
            depth=int(values["depth"]),
            units=int(values.get("units", 0)),
            activation=str(values.get("activation", "linear")),
            learned_slope=bool(values.get("learned_slope", False)),
            normalization=str(values.get("normalization", "none")),
            residual=bool(values.get("residual", False)),
            scaling_layer=bool(values.get("scaling_layer", False)),
            parametrization=str(values.get("parametrization", "standard")),
            biases=str(values.get("biases", "zero")),
            heads=int(values.get("heads", 1)),
            penalty=make_penalty(values),
            dropout=float(values.get("dropout", 0.0)),
            input_dropout=float(values["input_dropout"]),
            dropout_schedule=str(values.get("dropout_schedule", "constant")),
            label_smoothing=None if smoothing is None else float(smoothing),
            mixing=str(values.get("mixing", "none")),
            mixing_strength=float(values.get("mixing_strength", 0.2)),
            optimizer=optimizer.from_values(values),
            batch_size=int(values["batch_size"]),
            length=float(values.get("length", 1.0)),
            classes=classes,
        )
