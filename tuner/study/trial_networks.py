"""Which networks of which trials a model averages, and how the journal and JSON describe them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["TrialNetworks", "describe_networks", "have_same_networks", "read_networks"]


@dataclass(frozen=True, slots=True)
class TrialNetworks:
    """The networks of a trial that a model averages.

    Attributes:
        trial: The trial's number.
        networks: How many networks of it, each with its own initial weights and trained on all
            rows; how often its prediction counts, if that is of networks of folds.
        folds: How many networks of folds its prediction is the mean of. Defaults to 0: its networks
            are trained on all rows.
        on_all_rows: How many networks it has on all rows beside those of its folds; together they
            count as much as these. Defaults to 0.
    """

    trial: int
    networks: int
    folds: int = 0
    on_all_rows: int = 0

    @property
    def trained_on_all_rows(self) -> int:
        """The number of its networks that are trained on all rows."""
        return self.on_all_rows if self.folds else self.networks

    @property
    def count(self) -> int:
        """The number of networks that predict."""
        return self.folds + self.trained_on_all_rows

    @property
    def label(self) -> str:
        """The trial's number, and how often it counts if above 1: `3`, `3 ×2`."""
        return f"{self.trial} ×{self.networks}" if self.networks > 1 else str(self.trial)


def read_networks(pick: Mapping[str, Any]) -> tuple[TrialNetworks, ...]:
    """Return the networks of a pick, from the object that `--json` and `model.json` have of it.

    Args:
        pick: An ensemble with its `members`, or a trial; those of earlier versions lack the numbers
            that are 1 or 0 then.
    """
    return tuple(
        TrialNetworks(
            trial=int(member["trial"]),
            networks=int(member.get("networks", 1)),
            folds=int(member.get("folds", 0)),
            on_all_rows=int(member.get("on_all_rows", 0)),
        )
        for member in pick.get("members", [pick])
    )


def describe_networks(members: Sequence[TrialNetworks]) -> dict[str, Any]:
    """Return which networks a model averages, in the form of the journal.

    Returns:
        `networks` by trial; `folds` if these are networks of folds, and then `on_all_rows`, further
        ones by trial, if there are any.
    """
    described: dict[str, Any] = {
        "networks": {str(member.trial): member.networks for member in members}
    }
    if folds := members[0].folds:
        described["folds"] = folds
    if added := {str(member.trial): n for member in members if (n := member.on_all_rows)}:
        described["on_all_rows"] = added
    return described


def have_same_networks(event: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two descriptions of the journal are of the same networks."""
    defaults: dict[str, Any] = {"networks": None, "folds": 0, "on_all_rows": {}}
    return all(event.get(k, default) == other.get(k, default) for k, default in defaults.items())
