"""A user's own `keras_tuner.HyperModel`: a class of a Python file, or of a Python program."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuner.errors import OF_OTHERS, SpaceError, one_line, suggest_names
from tuner.model.hypermodel_object import HypermodelObject
from tuner.model.shaped_rows import take_shaped_rows

if TYPE_CHECKING:
    import keras_tuner

__all__ = ["CustomHypermodel", "HypermodelFile", "is_custom"]


def is_custom(space: str) -> bool:
    """Return whether a `--space` argument names a Python class instead of a TOML file."""
    path, _, name = space.rpartition(":")
    return path.endswith(".py") and bool(name)


@dataclass(frozen=True, slots=True)
class HypermodelFile:
    """A hypermodel that is a class of a Python file.

    Attributes:
        location: `file.py:ClassName`.
    """

    location: str

    def __str__(self) -> str:
        return self.location

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.location.rpartition(":")[2]

    def find(self) -> Path:
        """Return the file.

        Raises:
            SpaceError: There is no such file.
        """
        path = Path(self.location.rpartition(":")[0])
        if not path.is_file():
            raise SpaceError(
                f"hypermodel file {path} does not exist; give the path of a Python file"
            )
        return path

    def describe(self) -> dict[str, Any]:
        """Return what a study keeps: the location, and a digest of the file.

        Raises:
            SpaceError: There is no such file.
        """
        return {
            "hypermodel": self.location,
            "sha256": hashlib.sha256(self.find().read_bytes()).hexdigest(),
        }

    def make(
        self, *, features: int, classes: int, shape: tuple[int, ...] | None
    ) -> keras_tuner.HyperModel:
        """Import the class, and make the hypermodel.

        The constructor gets `features` and `classes` if it takes them.

        Args:
            features: Width of an encoded row.
            classes: Number of classes.
            shape: The shape of a row of an array, which the network may take; None of a table.

        Raises:
            SpaceError: There is no such file or class, or its constructor fails.
        """
        path = self.find()
        hypermodel = _find_class(_import(path), self.name, path)
        sizes = {"features": features, "classes": classes}
        parameters = inspect.signature(hypermodel.__init__).parameters
        try:
            made = hypermodel(**{key: size for key, size in sizes.items() if key in parameters})
        except OF_OTHERS as error:
            raise SpaceError(
                f"hypermodel file {path}: {self.name} cannot be made ({one_line(error)}); its "
                "constructor may take features and classes, and needs a default for everything else"
            ) from error
        return take_shaped_rows(made, shape, only_built=True)  # as of earlier versions


CustomHypermodel = HypermodelFile | HypermodelObject


def _find_class(module: object, name: str, path: Path) -> type[keras_tuner.HyperModel]:
    import keras_tuner

    hypermodels: dict[str, type[keras_tuner.HyperModel]] = {
        key: value
        for key, value in vars(module).items()
        if inspect.isclass(value)
        and issubclass(value, keras_tuner.HyperModel)
        and value is not keras_tuner.HyperModel
    }
    if name not in hypermodels:
        raise SpaceError(
            f"hypermodel file {path}: there is no keras_tuner.HyperModel {name}; "
            f"{suggest_names(name, hypermodels) if hypermodels else 'it defines none'}"
        )
    return hypermodels[name]


def _import(path: Path) -> object:
    name = f"hypermodel_{path.stem}"  # no other module has this name
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SpaceError(f"hypermodel file {path} cannot be imported; give a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # some classes look up their module there
    folder = str(path.resolve().parent)  # of its neighbours, whatever the current folder is
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        spec.loader.exec_module(module)
    except OF_OTHERS as error:
        raise SpaceError(f"hypermodel file {path} cannot be imported: {one_line(error)}") from error
    return module
