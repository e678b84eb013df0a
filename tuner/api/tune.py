"""`tune`: one call that does what `tuner search` does."""

from collections.abc import Sequence
from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import Any

from tuner.api.boundary import call_from_python
from tuner.api.requests import make_request
from tuner.api.search import Search
from tuner.api.searched_study import SearchedStudy
from tuner.argument_types import check_type, check_types, read_path
from tuner.data import RareClassesAction
from tuner.errors import UserError, suggest_names
from tuner.model.hypermodel_object import HypermodelObject
from tuner.run.request import Destination, make_settings
from tuner.study import SearchSettings
from tuner.training.remote import Engine

__all__ = ["tune"]


# Over 40 lines: most of them describe the arguments.
def tune(  # noqa: PLR0913  (one argument per option of the command)
    x: Any,
    y: Any = None,
    *,
    space: Any = "mlp",
    target: str | None = None,
    groups: Any = None,
    order: Any = None,
    categorical: str | Sequence[str] = (),
    ignore: str | Sequence[str] = (),
    missing: str | Sequence[Any] = (),
    rare_classes: RareClassesAction = "leave-out",
    name: str | None = None,
    study: str | None = None,
    overwrite: bool = False,
    root: str | Path = "mlruns",
    tracking_uri: str | None = None,
    engine: str = "local",
    ray_address: str | None = None,
    ray_workers: int | None = None,
    verbose: int = 1,
    **settings: Any,
) -> SearchedStudy:
    """Search a space of networks, export the best one, and report, as `tuner search` does.

    A study of the same name that was begun with the same data, space and settings is resumed; a
    finished one is returned at once.

    Args:
        x: The rows: a data frame, or an array of shape `(rows, …)`; or `digits`, `iris`, `wine`,
            `breast_cancer`, or the path of a file or of a folder of images. Rows in memory are
            kept in a file under `root`, so that the study can be resumed and reported later.
        y: The label of each row, numbers or texts, or the name of the column of labels. None for
            the column `target`, and for files.
        space: What to search: a shipped space, the path of a TOML file, or `file.py:ClassName`; a
            `keras_tuner.HyperModel`, or a function `build(hp)` that returns a compiled model. A
            class or function gets `features` and `classes` if it takes them. Its networks get
            rows as they are encoded and scaled, and arrays in their own shape.
        target: The column to predict. Defaults to the last.
        groups: The column of groups, or the group of each row; no group is split.
        order: The column that orders the rows, or the place of each row: each fold is predicted
            from earlier rows.
        categorical: Columns to read as categorical.
        ignore: Columns to leave out.
        missing: Texts and numbers that mean a missing value, such as `["?", -999]`.
        rare_classes: What to do about classes that have too few rows for the folds: `leave-out`,
            `pool` to make one class of them, or `refuse`.
        name: A name for the data, with which the study's name begins.
        study: The study's name. Defaults to the next free `DATA-SPACE-N`.
        overwrite: Delete a study of the same name first.
        root: The folder that holds all that searches write.
        tracking_uri: MLflow's tracking URI. Defaults to `MLFLOW_TRACKING_URI`, else a database
            under `root`.
        engine: Where the trials train: `local` (this process), or `ray` (a cluster).
        ray_address: `HOST:PORT` of the cluster's head, or `auto` for the cluster of this machine.
            Defaults to RAY_ADDRESS; if that is not set, Ray is started here.
        ray_workers: How many processes of the cluster train. Defaults to one a core, or one a GPU.
        verbose: 1 to show progress, 0 to print nothing at all.
        **settings: The fields of `SearchSettings` by name, such as `max_trials=40`, `folds=10`,
            `seed=1`. The oracle, the number of trials, `epochs` and `patience` depend on the space
            by default.

    Returns:
        The study: its answers, its table of trials, its report and its model.

    Raises:
        UserError: The data, the space or a setting is wrong; the message says how to mend it.
        SearchFailed: No trial was completed.
        ExportMismatch: The exported model answers differently from the network in memory.

    Example:
        >>> study = tune("iris", space="mlp_depth", max_trials=4)  # doctest: +SKIP
        >>> study.answer, study.best.score  # doctest: +SKIP
    """
    _check_settings(settings)
    root = read_path("--root", root)
    for option, text in (("--engine", engine), ("--rare-classes", rare_classes)):
        check_type(option, text, "text")
    texts = {"name": name, "--study": study, "--ray-address": ray_address}
    texts |= {"--tracking-uri": tracking_uri}
    check_types(texts, dict.fromkeys(texts, "text"))
    check_types({"--ray-workers": ray_workers}, {"--ray-workers": "whole number"})
    with call_from_python(verbose) as caller:
        on = Engine(engine, ray_address, ray_workers)
        search = Search(caller, root, tracking_uri, on)
        hypermodel = None if isinstance(space, str | Path) else HypermodelObject.from_object(space)
        search_settings = make_settings(None if hypermodel else str(space), settings)
        Destination(root, study, overwrite).check()  # before rows are kept
        request = make_request(
            x,
            y,
            root=root,
            target=target,
            groups=groups,
            order=order,
            categorical=categorical,
            ignore=ignore,
            missing=missing,
            rare_classes=rare_classes,
            name=name,
        )
        finished = search.search(
            hypermodel or str(space), request, search_settings, name=study, overwrite=overwrite
        )
    if finished.fault is not None:
        raise finished.fault
    return SearchedStudy(finished.study, hypermodel, verbose=verbose)


def _check_settings(settings: dict[str, Any]) -> None:
    own = [*signature(tune).parameters][:-1]  # the last takes the settings
    known = own + [field.name for field in fields(SearchSettings)]
    for name in settings:
        if name not in known:
            raise UserError(f"tune has no argument {name}; {suggest_names(name, known)}")
