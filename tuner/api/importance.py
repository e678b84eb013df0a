"""Ranks the columns of a study by how much its networks need them."""

from tuner.api.boundary import Caller
from tuner.api.exports import choose_pick
from tuner.argument_types import check_type
from tuner.errors import UserError
from tuner.run.column_importance import ColumnImportance, measure_column_importance
from tuner.run.setup import Setup
from tuner.study import Study

__all__ = ["rank_columns"]


def rank_columns(
    setup: Setup, study: Study, pick: str | None, repeats: int, caller: Caller
) -> list[ColumnImportance]:
    """Return the importance of each column to a pick of a study, the most important one first.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        pick: `best`, `smallest` or `ensemble`, or the number of a completed trial. None for the
            pick that the search exported.
        repeats: How often each column is shuffled.
        caller: Prints what happens, and imports TensorFlow.

    Raises:
        UserError: There is no such pick or trial, the rows have no columns, or `repeats` is not
            above 0.
        SearchFailed: No trial was completed.
    """
    if check_type("--repeats", repeats, "whole number") < 1:
        raise UserError(f"--repeats: {repeats} is too small; give at least 1")
    if pick == "pareto":
        raise UserError("--pick: pareto is several networks; give one of them by its number")
    exportable = choose_pick(setup, study, pick, caller.messages)
    caller.import_heavy()
    caller.messages.say(
        f"training the networks of {exportable.name} on the training rows of each fold, and "
        "shuffling each column of its validation rows …"
    )
    return measure_column_importance(
        setup,
        study,
        exportable.members,
        repeats=repeats,
        on_note=lambda note: caller.messages.warn(f"note: {note}"),
    )
