"""The trials of an earlier study that a search begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tuner.errors import SpaceError
from tuner.space import Space, Value, find_nearest_configuration

__all__ = ["WarmStart"]


@dataclass(frozen=True, slots=True)
class WarmStart:
    """The best configurations of an earlier study, kept so that nobody needs that study again.

    Attributes:
        study: The name of the earlier study.
        id: Its unique identifier.
        configurations: The hyperparameters of its best trials, as they were active there, the best
            first.
    """

    study: str
    id: str
    configurations: tuple[dict[str, Value], ...]

    def check(self, space: Space) -> None:
        """Check that a search of a space may begin with these configurations.

        Raises:
            SpaceError: None of them has a place in the space; or it compares settings, which must
                all begin alike.
        """
        if space.compare is not None:
            raise SpaceError(
                f"--from: space {space.name} compares settings of {space.compare}, and trials that "
                "were the best elsewhere would favour the settings that they suited; leave out "
                "--from, or search a space that does not compare"
            )
        rng = Random(0)
        if not any(
            find_nearest_configuration(space, values, rng) for values in self.configurations
        ):
            raise SpaceError(
                f"--from: none of the {len(self.configurations)} best configurations of study "
                f"{self.study} lies in space {space.name}; search a space with the same "
                "hyperparameters and wider ranges, or leave out --from"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the warm start as JSON values."""
        configurations = list(self.configurations)
        return {"study": self.study, "id": self.id, "configurations": configurations}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "WarmStart":
        """Return the warm start that `to_dict` wrote."""
        return cls(record["study"], record["id"], tuple(record["configurations"]))
