"""What a user asks for: which data, and where to write the study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import Any, get_args

from tuner.data import (
    READING,
    Dataset,
    RareClasses,
    RareClassesAction,
    load_dataset,
)
from tuner.errors import DataError, UserError, check_choice
from tuner.folds import Splitter
from tuner.machine.memory import bound_memory
from tuner.model.custom import is_custom
from tuner.run.planned_epochs import default_epochs
from tuner.scoring import OBJECTIVES
from tuner.space import Space, load_space, plans_schedules
from tuner.study import (
    MOST_ROUNDS,
    MOST_TRIALS,
    OracleName,
    SearchSettings,
    check_name,
    check_place,
    check_root,
    check_setting_types,
    list_study_names,
)

__all__ = [
    "DataRequest",
    "Destination",
    "count_usual_trials",
    "fills_time",
    "make_settings",
]

_OPEN = {"oracle", "max_trials", "epochs", "patience"}  # settings with a default that depends


@dataclass(frozen=True, slots=True)
class DataRequest:
    """The data as the user named them.

    Attributes:
        source: A bundled name, a file, or a folder of images.
        target: The column to predict. None for the last one.
        categorical: Columns to read as categorical.
        ignore: Columns to leave out.
        groups: The column that says which rows belong together. None if rows are independent.
        order: The column that orders the rows. None if the rows have no order.
        missing: Texts that mean a missing value, besides the usual ones.
        rare_classes: What to do about classes that have too few rows for the folds.
        classes: The labels in their order. Empty for numeric or alphabetical order.
        name: The name of the data. None for that of the source.
        reading: The rules by which cells are read. A study keeps those that it began with.
    """

    source: str = "digits"
    target: str | None = None
    categorical: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    groups: str | None = None
    order: str | None = None
    missing: tuple[str, ...] = ()
    rare_classes: RareClassesAction = "leave-out"
    # a study has both from its data, also where the request left them open
    classes: tuple[str, ...] = field(default=(), compare=False)
    name: str | None = field(default=None, compare=False)
    reading: int = field(default=READING, compare=False)

    def __post_init__(self) -> None:
        check_choice("--rare-classes", self.rare_classes, get_args(RareClassesAction))

    def load(self, splitter: Splitter | None, *, known_rare: Sequence[str] = ()) -> Dataset:
        """Read the data.

        Args:
            splitter: Will split the rows, and knows which classes have too few. None if it is known
                that none has.
            known_rare: These classes, if a study has found them already.

        Raises:
            DataError: The data cannot be read or learned from, or take more memory than is free.
        """
        rare_classes = None
        if splitter is not None:
            rare_classes = RareClasses(self.rare_classes, splitter.find_rare, known_rare)
        try:
            with bound_memory():
                dataset = load_dataset(
                    self.source,
                    target=self.target,
                    categorical=self.categorical,
                    ignore=self.ignore,
                    groups=self.groups,
                    order=self.order,
                    missing=self.missing,
                    classes=self.classes,
                    rare_classes=rare_classes,
                    reading=self.reading,
                )
                return dataset if self.name is None else replace(dataset, name=self.name)
        except MemoryError as error:
            raise DataError(
                f"data {self.source}: it takes more memory than is free; end other programs, or "
                "give fewer rows or columns"
            ) from error


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to write a study.

    Attributes:
        root: The folder that holds all that searches write.
        name: The study's name. None for the next free `DATA-SPACE-N`.
        overwrite: Delete a study of the same name first.
    """

    root: Path
    name: str | None = None
    overwrite: bool = False

    def check(self) -> None:
        """Check that the name is allowed and the folder can be written.

        Raises:
            StudyError: The name is not allowed, the folder cannot be written, or a new study would
                need to delete what is not its own.
            UserError: No study is named that is to be deleted.
        """
        if self.overwrite and self.name is None:
            raise UserError("--overwrite: give --study, too, the name of the study to delete")
        check_root(self.root)
        if self.name is not None:
            folder = check_name(self.name, self.root)
            if self.overwrite or self.name not in list_study_names(self.root):
                check_place(folder, overwrite=self.overwrite)


def make_settings(space: str | None, arguments: Mapping[str, Any]) -> SearchSettings:
    """Return the settings of a search: those of the user, and the defaults of a space.

    Args:
        space: A shipped name, a TOML file, or `file.py:ClassName`. None for a hypermodel itself.
        arguments: The user's settings by name. The oracle and the numbers of trials, epochs and
            patience may be None, as if they were left out.

    Raises:
        UserError: There is no such space, or a setting has no such value.
    """
    chosen = {
        name: value for name, value in arguments.items() if value is not None or name not in _OPEN
    }
    chosen = check_setting_types(chosen)
    loaded = None if space is None or is_custom(space) else load_space(space)
    chosen.setdefault("oracle", _choose_oracle(loaded))
    usual = {} if loaded is None else default_epochs(loaded, chosen)
    if loaded is not None and "max_trials" not in chosen:
        usual |= _choose_limits(loaded, chosen["oracle"], chosen.get("max_seconds"))
    settings = SearchSettings(**{**usual, **chosen})
    if settings.plan.objective.own:
        raise UserError(
            f"--objective: {settings.objective} is a metric of the hypermodel's own, which has no "
            "values of rows, so that networks could not be picked and compared; give one of "
            f"{', '.join(OBJECTIVES)}, or search with KFoldTuner"
        )
    return settings


def _choose_oracle(space: Space | None) -> OracleName:
    """Return the oracle for a space if the user names none.

    A space that compares settings is searched at random, so that each setting is tried equally
    often. Any other space is searched with TPE, which finds better networks in as many trials
    (benchmarks/README.md).
    """
    return "tpe" if space is None or space.compare is None else "random"


def _choose_limits(space: Space, oracle: str, max_seconds: float | None) -> dict[str, Any]:
    """Return the settings that end a search if the user gives no number of trials.

    A space that compares settings is searched until its question is answered, for at most
    `MOST_ROUNDS` trials of each setting. That takes an oracle that draws the same for all of them.
    A space of networks with planned schedules is searched until the time limit, if there is one.
    """
    compared = space.count_settings() if oracle == "random" else None
    if compared is not None:
        return {"max_trials": MOST_ROUNDS * compared, "until_answered": True}
    return {"max_trials": count_usual_trials(max_seconds)} if fills_time(space, oracle) else {}


def fills_time(space: Space, oracle: str) -> bool:
    """Return whether a space is searched until the time limit if the user gives no other."""
    compares = oracle == "random" and space.count_settings() is not None
    return plans_schedules(space) and not compares


def count_usual_trials(max_seconds: float | None, *, ended: int = 0) -> int:
    """Return the most trials of a search that goes on until the time limit, if there is one.

    More than that cannot end: each trial takes a second at least.

    Args:
        max_seconds: The time limit. None for none.
        ended: The trials of earlier runs, which count, too.
    """
    usual = SearchSettings().max_trials
    most = usual if max_seconds is None else max(ceil(max_seconds), usual)
    return min(ended + most, MOST_TRIALS)
