"""What a network for tables learns of its training rows before it is trained.

The scale of numbers, the borders of bins, and initial biases. Random numbers follow from the
initial weights, so that they are the same for each trainer.
"""

from typing import Any

import keras
import numpy as np

from tuner.data.scaling import measure_middle
from tuner.model.tables.input_layers import CLIP
from tuner.model.tables.recipe import TableRecipe

__all__ = ["fit_to_rows"]

_ROWS = 2_000  # on which pre-activations are computed
_TINY = 1e-6
_LEAST_WIDTH = 1e-3  # of a bin, in deviations of its number
_NEVER = 1e9  # the border of a bin that no number reaches


def fit_to_rows(model: keras.Model, recipe: TableRecipe, x: np.ndarray, numbers: int) -> None:
    """Fit to training rows what a network learns of them before it is trained.

    Args:
        model: The network.
        recipe: Its parts.
        x: Standardised training rows, shape `(rows, features)`.
        numbers: How many of the features are numbers; they come first.
    """
    values = np.asarray(x[:, :numbers], np.float64)
    layers = {layer.name: layer for layer in model.layers}
    if "robust" in layers:
        _fit_robust(layers["robust"], values)
        values = _apply_robust(layers["robust"], values)
    if "quantiles" in layers:
        values = _fit_quantiles(layers, values, recipe.inputs.bins)
    if "bins" in layers:
        borders = [own for own, _ in _find_borders(values, recipe.inputs.bins)]
        _fit_bins(layers["bins"], borders, recipe.inputs.bins)
    if recipe.biases == "data":
        _fit_biases(model, recipe, x)


def _fit_robust(layer: Any, values: np.ndarray) -> None:
    """Centre at the median, and divide by the width of the middle, as `measure_middle` says.

    Half of the range, which Holzmüller et al. (2024) take where quartiles agree, would leave
    nothing of a column that is mostly 0 but for its largest numbers.
    """
    median, width = np.array([measure_middle(column) for column in values.T]).reshape(-1, 2).T
    scale = np.where(width > 0, width, 1.0)
    layer.adapt_mean.assign(median.astype(np.float32))
    layer.adapt_variance.assign(np.square(scale).astype(np.float32))
    layer.finalize_state()


def _apply_robust(layer: Any, values: np.ndarray) -> np.ndarray:
    scaled = np.asarray(layer(values.astype(np.float32)))
    return scaled / np.sqrt(1 + np.square(scaled / CLIP))


def _find_borders(values: np.ndarray, bins: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the borders of each number's bins, and the share of rows below each.

    Borders are quantiles. A value that more rows have than a bin should is a border of its own, and
    the others are quantiles of the other rows: a column that is mostly 0 keeps its bins for the
    rest. Borders that agree, or nearly, are one, so that rounding errors do not matter. The share
    of a frequent value counts half of its own rows.
    """
    return [_find_borders_of(column, bins) for column in values.T]


def _find_borders_of(column: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray]:
    known, counts = np.unique(column, return_counts=True)
    is_frequent = counts > len(column) / bins
    frequent, own = known[is_frequent], counts[is_frequent]
    rest = np.repeat(known[~is_frequent], counts[~is_frequent])
    borders, below = frequent, np.searchsorted(rest, frequent) + np.cumsum(own) - own / 2
    if len(rest):
        shares = np.linspace(0, 1, bins + 1 - len(frequent))
        quantiles = np.quantile(rest, shares)
        before = np.concatenate([[0], np.cumsum(own)])[np.searchsorted(frequent, quantiles)]
        borders = np.concatenate([frequent, quantiles])
        below = np.concatenate([below, shares * len(rest) + before])
    groups: list[list[int]] = []
    for place in np.argsort(borders, kind="stable"):
        if groups and borders[place] - borders[groups[-1][0]] < _LEAST_WIDTH:
            groups[-1].append(place)
        else:
            groups.append([place])
    kept = borders[[group[0] for group in groups]]
    return kept, np.array([below[group].mean() for group in groups]) / len(column)


def _fit_bins(layer: Any, borders: list[np.ndarray], bins: int) -> None:
    """Let a layer say how far numbers are through bins; bins that a number lacks stay at 0."""
    begins = np.full((len(borders), bins), _NEVER)
    widths = np.ones((len(borders), bins))
    for place, own in enumerate(borders):
        begins[place, : len(own) - 1] = own[:-1]
        widths[place, : len(own) - 1] = np.diff(own)
    layer.adapt_mean.assign(begins.reshape(-1).astype(np.float32))
    layer.adapt_variance.assign(np.square(widths).reshape(-1).astype(np.float32))
    layer.finalize_state()


def _fit_quantiles(layers: dict[str, Any], values: np.ndarray, bins: int) -> np.ndarray:
    """Map quantiles of numbers to those of a normal distribution; return the mapped numbers."""
    from scipy.stats import norm

    found = _find_borders(values, bins)
    _fit_bins(layers["quantiles"], [borders for borders, _ in found], bins)
    steps = np.zeros((len(found), bins))
    first, mapped = np.zeros(len(found)), np.zeros_like(values)
    for place, (borders, shares) in enumerate(found):
        normal = norm.ppf((shares * bins + 0.5) / (bins + 1))
        first[place], steps[place, : len(normal) - 1] = normal[0], np.diff(normal)
        mapped[:, place] = np.interp(values[:, place], borders, normal)
    layers["quantile_values"].kernel.assign(steps.astype(np.float32))
    layers["quantile_values"].bias.assign(first.astype(np.float32))
    return mapped


def _fit_biases(model: keras.Model, recipe: TableRecipe, x: np.ndarray) -> None:
    """Let pre-activations have variance 1, and begin at a random one of the training rows.

    Each hidden layer's kernel is divided by the deviation of its sums over rows, and each bias is
    minus a random convex combination of a few rows' sums (Holzmüller et al. 2024, appendix A).
    """
    layers = {layer.name: layer for layer in model.layers}
    rows = x[:: -(-len(x) // _ROWS)]
    first = keras.Model(model.input, layers["hidden_0"].input)
    hidden = np.asarray(first(rows, training=False))
    for number in range(recipe.depth):
        layer = layers[f"hidden_{number}"]
        z = _fit_bias(layer, hidden * np.float32(layer.scale))
        if recipe.normalization != "none":
            z = np.asarray(layers[f"normalization_{number}"](z, training=False))
        activated = np.asarray(keras.activations.get(recipe.activation)(z))
        hidden = hidden + activated if recipe.residual and number else activated


def _fit_bias(layer: Any, inputs: np.ndarray) -> np.ndarray:
    """Fit the kernel and bias of a layer to its inputs, and return what it makes of them.

    Factors of units and of heads play no part, since they are 1 as yet.
    """
    kernel = layer.kernel.numpy()
    seed = np.abs(kernel).view(np.uint32).sum(dtype=np.uint64)
    rng = np.random.default_rng(int(seed))
    sums = inputs @ kernel
    flat = sums.reshape(-1, sums.shape[-1])
    deviation = flat.std(axis=0)
    deviation[deviation < _TINY] = 1.0  # of inputs that do not vary, nothing is known
    layer.kernel.assign(kernel / deviation)
    shares = rng.dirichlet(np.ones(8), size=flat.shape[1])  # (units, rows)
    drawn = flat[rng.integers(len(flat), size=shares.shape), np.arange(len(shares))[:, None]]
    bias = (-(shares * drawn).sum(axis=1) / deviation).astype(np.float32)
    layer.bias.assign(bias)
    return np.asarray(sums / deviation + bias, np.float32)
