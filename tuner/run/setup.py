"""The setup of a run: space, data, folds and settings, read and checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from tuner.data import Dataset
from tuner.data.hazards import find_hazards
from tuner.errors import DataError, suggest_names
from tuner.folds import Split, warn_about_absent_classes
from tuner.model.custom import CustomHypermodel
from tuner.model.recipe import read_recipe
from tuner.model.row_time import NetworkSize, RowTime
from tuner.model.size_limit import SizeLimit
from tuner.model.tables.layout import FeatureLayout
from tuner.model.tables.size import measure_size
from tuner.problem import Problem
from tuner.run.request import DataRequest
from tuner.scoring import Truth
from tuner.space import Space, Value, is_tabular_space
from tuner.study import SearchSettings, WarmStart

if TYPE_CHECKING:
    import keras_tuner

__all__ = ["Setup", "find_class_weights", "make_hypermodel", "make_hyperparameters"]


@dataclass(frozen=True)
class Setup:
    """The setup of a run: all that a search needs to know.

    Attributes:
        space: The space. None if a custom hypermodel declares it.
        request: The data as the user named them.
        dataset: The data.
        split: Training rows, held-out rows and folds.
        settings: The search settings.
        warnings: Warnings about what the settings leave out of the space.
        hypermodel: The custom hypermodel that declares the space; None otherwise.
        row_time: Predicts how long networks take for one row. None if no setting asks for it.
        warm_start: The trials of another study that the search begins with. None for none.
    """

    space: Space | None
    request: DataRequest
    dataset: Dataset
    split: Split
    settings: SearchSettings
    warnings: tuple[str, ...] = ()
    hypermodel: CustomHypermodel | None = None
    row_time: RowTime | None = None
    warm_start: WarmStart | None = None

    @cached_property
    def problem(self) -> Problem:
        """The rows and folds that trainers take."""
        dataset = self.dataset
        return Problem(
            dataset.x,
            dataset.y,
            self.split.folds,
            dataset.schema.scalings,
            class_weight=find_class_weights(self.settings.class_weight, dataset),
            groups=dataset.groups,
            channels=dataset.schema.channels,
        )

    @property
    def size_limit(self) -> SizeLimit | None:
        """The limit on the networks of the space; None for no limit or a custom hypermodel."""
        settings, schema, classes = self.settings, self.dataset.schema, len(self.dataset.classes)
        if self.space is None:
            return None
        describe: Callable[..., NetworkSize]
        if is_tabular_space(self.space):
            layout = FeatureLayout.from_schema(schema)
            describe = partial(measure_size, layout=layout, classes=classes)
        else:
            features = self.dataset.x.shape[1]
            describe = partial(read_recipe, image=schema.image, features=features, classes=classes)
        return SizeLimit.make(
            describe,
            parameters=settings.max_parameters,
            microseconds=settings.max_row_microseconds,
            row_time=self.row_time,
        )

    @property
    def lacks_row_time(self) -> bool:
        """Whether a limit on prediction times is not known in terms of networks yet."""
        return self.settings.max_row_microseconds is not None and self.row_time is None

    def count_configurations(self, space: Space) -> int | None:
        """Return how many configurations of a space may be tried. None if infinitely many."""
        return (
            space.size() if self.size_limit is None else self.size_limit.count_configurations(space)
        )

    @property
    def truth(self) -> Truth:
        """True classes and groups, against which out-of-fold predictions are scored."""
        return self.problem.truth

    @cached_property
    def data_warnings(self) -> tuple[str, ...]:
        """What a person should know of the data before a search, and beside its scores."""
        dataset = self.dataset
        absent = warn_about_absent_classes(self.split, dataset.y, classes=dataset.classes)
        return (*dataset.warnings, *find_hazards(dataset), *absent)

    @cached_property
    def test_truth(self) -> Truth:
        """True classes and groups of the held-out rows."""
        rows, groups = self.split.test, self.dataset.groups
        return Truth(self.dataset.y[rows], None if groups is None else groups[rows])


def find_class_weights(
    weights: str | Mapping[str, float] | None, dataset: Dataset
) -> str | np.ndarray | None:
    """Return class weights by the number of the class; 1 for those without one.

    The weight of a class that was left out or pooled, because it has too few rows, has no effect.

    Raises:
        DataError: There is no such class.
    """
    if not isinstance(weights, Mapping):
        return weights
    classes = dataset.schema.classes
    for label in weights:
        if label not in (*classes, *dataset.left_out_classes, *dataset.pooled_classes):
            raise DataError(
                f"--class-weight: there is no class {label}; {suggest_names(label, classes)}"
            )
    return np.array([weights.get(label, 1.0) for label in classes], np.float32)


def make_hypermodel(setup: Setup) -> "keras_tuner.HyperModel":
    """Make the hypermodel that the space describes, or the user's own.

    Raises:
        SpaceError: The user's hypermodel cannot be loaded, or is not kept with the study.
    """
    features, classes = setup.dataset.x.shape[1], len(setup.dataset.schema.classes)
    if setup.hypermodel is not None:
        shape = setup.dataset.schema.array_shape
        return setup.hypermodel.make(features=features, classes=classes, shape=shape)
    from tuner.model.cnn import CNNHyperModel
    from tuner.model.mlp import MLPHyperModel
    from tuner.model.tables.hypermodel import TableHyperModel

    space, image = setup.space, setup.dataset.schema.image
    assert space is not None  # no custom hypermodel declares it
    sizes = {"classes": classes, "epochs": setup.settings.epochs}
    if is_tabular_space(space):
        layout = FeatureLayout.from_schema(setup.dataset.schema)
        return TableHyperModel(space, layout=layout, **sizes)
    if image is not None and any(h.name == "blocks" for h in space.hyperparameters):
        return CNNHyperModel(space, image=image, **sizes)
    return MLPHyperModel(space, features=features, **sizes)


def make_hyperparameters(values: Mapping[str, Value]) -> "keras_tuner.HyperParameters":
    """Return a trial's hyperparameters as the object that a hypermodel takes."""
    import keras_tuner

    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.values = dict(values)
    return hyperparameters
