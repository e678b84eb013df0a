"""`tuner importance`: how much a study's model needs each column."""

from pathlib import Path

from rich import box
from rich.table import Table

from tuner.analysis import check_pick
from tuner.api.boundary import Caller
from tuner.api.importance import rank_columns
from tuner.run.opening import open_study
from tuner.terminal.messages import Messages, make_cell, print_json, print_table
from tuner.terminal.quiet_imports import import_heavy
from tuner.words import format_score

__all__ = ["show_importance"]


def show_importance(
    name: str, pick: str | None, repeats: int, root: Path, *, as_json: bool, quiet: bool
) -> None:
    """Measure and print how much a study's networks need each column.

    Args:
        name: The study's name.
        pick: Which networks. None for the pick that the search exported.
        repeats: How often each column is shuffled.
        root: The folder that holds all that searches write.
        as_json: Print one JSON object.
        quiet: Print only notes and the result.

    Raises:
        UserError: There is no such pick or study, or its rows have no columns.
        SearchFailed: No trial was completed.
    """
    if pick is not None:
        check_pick(pick)  # before the data are read
    setup, study = open_study(name, root)
    caller = Caller(Messages(quiet=quiet), import_heavy)
    ranked = rank_columns(setup, study, pick, repeats, caller)
    objective = study.record.settings.objective
    if as_json:
        found = [each.to_dict() for each in ranked]
        print_json({"study": name, "objective": objective, "columns": found})
        return
    table = Table("column", box=box.SIMPLE)
    table.add_column(f"loss of {objective} if it is shuffled", justify="right")
    for each in ranked:
        importance = format_score(each.importance, each.standard_error)
        table.add_row(make_cell(each.column), importance)
    print_table(table)
