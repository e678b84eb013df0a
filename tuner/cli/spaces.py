"""`tuner spaces`: the search spaces and their questions."""

from rich import box
from rich.console import Console
from rich.table import Table

from tuner.space import Condition, Hyperparameter, list_shipped_spaces, load_space

__all__ = ["list_spaces", "show_space"]


def list_spaces() -> None:
    """Print the shipped spaces, each with its question."""
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for name in list_shipped_spaces():
        table.add_row(name, load_space(name).title)
    Console().print(table)


def show_space(name: str) -> None:
    """Print a space: every hyperparameter, its range, and when it acts.

    Args:
        name: A shipped space or a TOML file.
    """
    space = load_space(name)
    table = Table(box=box.SIMPLE)
    table.add_column("hyperparameter", no_wrap=True)
    table.add_column("values")
    table.add_column("acts")
    ways: dict[tuple[str, str], list[str]] = {}  # one that acts under either of two is there twice
    for each in space.hyperparameters:
        ways.setdefault((each.name, each.domain.describe()), []).append(_acts(each))
    for (hyperparameter, values), acts in ways.items():
        table.add_row(hyperparameter, values, ", or ".join(acts))
    console = Console(highlight=False)
    console.print(f"{space.name}: {space.title}", markup=False)
    console.print(table)
    size = space.size()
    console.print(
        "distinct configurations: " + ("infinitely many" if size is None else f"{size:,}")
    )
    if space.compare:
        console.print(f"each {space.compare} gets an equal share of the random oracle's trials")


def _acts(hyperparameter: Hyperparameter) -> str:
    if not hyperparameter.conditions:
        return "always"
    return " and ".join(map(_when, hyperparameter.conditions))


def _when(condition: Condition) -> str:
    return f"when {condition.parent} is {' or '.join(map(str, condition.values))}"
