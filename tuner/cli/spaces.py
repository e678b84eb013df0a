"""`tuner spaces`: lists the search spaces and their questions."""

from rich import box
from rich.table import Table

from tuner.space import Condition, Fixed, Hyperparameter, list_shipped_spaces, load_space
from tuner.terminal.messages import make_cell, print_result, print_table
from tuner.words import format_hyperparameters

__all__ = ["list_spaces", "show_space"]


def list_spaces() -> None:
    """Print the shipped spaces, each with its question."""
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for name in list_shipped_spaces():
        table.add_row(name, load_space(name).title)
    print_table(table)


def show_space(name: str) -> None:
    """Print a space: every hyperparameter, its range, and when it is used.

    Args:
        name: A shipped space or a TOML file.
    """
    space = load_space(name)
    table = Table(box=box.SIMPLE)
    table.add_column("hyperparameter", no_wrap=True)
    table.add_column("values")
    table.add_column("used")
    # a hyperparameter with two alternative conditions is in the space twice
    uses: dict[tuple[str, str], list[str]] = {}
    for hyperparameter in space.hyperparameters:
        row = hyperparameter.name, hyperparameter.domain.describe()
        uses.setdefault(row, []).append(_describe_use(hyperparameter))
    for (hyperparameter_name, values), conditions in uses.items():
        table.add_row(*map(make_cell, (hyperparameter_name, values, ", or ".join(conditions))))
    print_result(f"{space.name}: {space.title}")
    print_table(table)
    size = space.size()
    print_result(f"distinct configurations: {'infinitely many' if size is None else f'{size:,}'}")
    if space.compare:
        print_result(f"each {space.compare} gets an equal share of the random oracle's trials")
    for trial in space.first:
        searched = {
            name: value
            for name, value in trial.values.items()
            if not isinstance(space.find_hyperparameter(name).domain, Fixed)
        }
        print_result(f"begins with {trial.name}: {format_hyperparameters(searched)}")


def _describe_use(hyperparameter: Hyperparameter) -> str:
    if not hyperparameter.conditions:
        return "always"
    return " and ".join(map(_describe_condition, hyperparameter.conditions))


def _describe_condition(condition: Condition) -> str:
    return f"when {condition.parent} is {' or '.join(map(str, condition.values))}"
