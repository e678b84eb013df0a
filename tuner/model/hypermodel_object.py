"""A hypermodel that a Python program gives: an instance, a class, or a function `build(hp)`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuner.errors import OF_OTHERS, SpaceError, one_line
from tuner.model.fingerprints import describe_value
from tuner.model.shaped_rows import take_shaped_rows

if TYPE_CHECKING:
    import keras
    import keras_tuner

__all__ = ["HypermodelObject"]


@dataclass(frozen=True, slots=True)
class HypermodelObject:
    """A hypermodel that a Python program gives. It is used in the program's own process alone.

    Attributes:
        name: The name of its class, or of the function.
        given: The instance, the class or the function. None where a study is opened without it.
    """

    name: str
    given: Any = None

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_object(cls, given: Any) -> HypermodelObject:
        """Take what a program gives as its space.

        Raises:
            SpaceError: It is no hypermodel.
        """
        name = getattr(given, "__name__", type(given).__name__)  # of a class or function its own
        if not (callable(getattr(given, "build", None)) or callable(given)):
            raise SpaceError(
                f"space: {name} is none; give a name, the path of a TOML file, a "
                "keras_tuner.HyperModel, or a function build(hp) that returns a compiled model"
            )
        return cls(name, given)

    def describe(self) -> dict[str, Any]:
        """Return what a study keeps: the name, and what tells its code and values from others.

        Raises:
            SpaceError: It is not there.
        """
        return {
            "hypermodel": self.name,
            "given": True,
            "arguments": {"hypermodel": describe_value(self._get())},
        }

    def make(
        self, *, features: int, classes: int, shape: tuple[int, ...] | None
    ) -> keras_tuner.HyperModel:
        """Return the hypermodel; a class or a function gets the sizes that it takes.

        Args:
            features: Width of an encoded row.
            classes: Number of classes.
            shape: The shape of a row of an array, which the network may take; None of a table.

        Raises:
            SpaceError: It is not there, or the class cannot be made.
        """
        given, sizes = self._get(), {"features": features, "classes": classes}
        if inspect.isclass(given):
            try:
                hypermodel = given(**_choose(sizes, given.__init__))
            except OF_OTHERS as error:
                raise SpaceError(
                    f"hypermodel {self.name}: it cannot be made ({one_line(error)}); give an "
                    "instance of it"
                ) from error
        elif not hasattr(given, "build"):
            hypermodel = _wrap(given, self.name, _choose(sizes, given))
        else:
            hypermodel = given
        return take_shaped_rows(hypermodel, shape)

    def _get(self) -> Any:
        if self.given is None:
            raise SpaceError(
                f"hypermodel {self.name}: it is of a Python program, and is not kept with the "
                "study; give it there, with "
                f"tuner.open_study(name, root, hypermodel={self.name})"
            )
        return self.given


def _choose(sizes: Mapping[str, int], function: Callable[..., Any]) -> dict[str, int]:
    """Return those of the sizes that a function takes."""
    parameters = inspect.signature(function).parameters
    return {name: size for name, size in sizes.items() if name in parameters}


def _wrap(
    function: Callable[..., keras.Model], name: str, sizes: Mapping[str, int]
) -> keras_tuner.HyperModel:
    """Return a hypermodel of a function's name that builds with the function."""
    import keras_tuner

    build = {"build": lambda self, hp: function(hp, **sizes)}
    hypermodel: keras_tuner.HyperModel = type(name, (keras_tuner.HyperModel,), build)()
    return hypermodel
