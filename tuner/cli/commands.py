"""The commands that search, and show what can be searched."""

from pathlib import Path
from typing import Annotated

import typer

from tuner.cli.app import app
from tuner.cli.options import (
    PATIENCE_TRIALS,
    THRESHOLD,
    AsJson,
    EngineName,
    Quiet,
    RayAddress,
    RayWorkers,
    Root,
    TrackingUri,
)

__all__ = ["app"]


# Over 40 lines: Typer takes each option from an argument.
@app.command()
def search(  # noqa: PLR0913, PLR0917  (one argument per option)
    context: typer.Context,
    space: Annotated[
        str, typer.Option(help="A shipped space, a TOML file, or file.py:HyperModelClass.")
    ],
    data: Annotated[
        str,
        typer.Option(
            help="digits, iris, wine, breast_cancer; a CSV, TSV, Parquet or .npz file; a folder of "
            "Parquet files, or of images with one sub-folder per class."
        ),
    ] = "digits",
    target: Annotated[
        str | None, typer.Option(help="Column to predict.", show_default="the last")
    ] = None,
    max_trials: Annotated[
        int | None,
        typer.Option(
            help="Maximum number of trials.",
            show_default="until a space that compares settings has its answer; with --max-seconds "
            "as many as fit, where schedules are planned as in tabular; else 20",
        ),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(
            help="Time limit of the whole command in seconds; it exports an ensemble of the best "
            "networks so far.",
            show_default="none",
        ),
    ] = None,
    patience_trials: Annotated[
        int | None, typer.Option(help=PATIENCE_TRIALS, show_default="any number")
    ] = None,
    max_parameters: Annotated[
        int | None,
        typer.Option(
            help="Most parameters of a network; larger ones are not trained.", show_default="any"
        ),
    ] = None,
    max_row_microseconds: Annotated[
        float | None,
        typer.Option(
            help="Most microseconds to predict one row on this machine, estimated from the "
            "network's size; slower ones are not trained.",
            show_default="any",
        ),
    ] = None,
    folds: Annotated[
        int, typer.Option(help="Number of folds of the cross-validation, at least 2.")
    ] = 5,
    repeats: Annotated[
        int, typer.Option(help="How often the cross-validation is repeated, with other folds.")
    ] = 1,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Maximum number of epochs of a trial.",
            show_default="50; as the rows need where schedules are planned",
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            help="Epochs without a better score after which a trial stops.",
            show_default="10; all epochs where schedules are planned",
        ),
    ] = None,
    oracle: Annotated[
        str | None,
        typer.Option(
            help="What proposes trials: random, grid, bayesian, tpe, hyperband.",
            show_default="random for a space that compares settings, else tpe",
        ),
    ] = None,
    objective: Annotated[
        str,
        typer.Option(
            help="The score to optimise: cross_entropy, accuracy, balanced_accuracy, roc_auc."
        ),
    ] = "cross_entropy",
    racing: Annotated[
        bool,
        typer.Option(
            "--racing/--no-racing",
            help="End trials early that cannot become the best; none where settings are compared "
            "or schedules are planned.",
        ),
    ] = True,
    class_weight: Annotated[
        str | None,
        typer.Option(
            help="balanced: every class counts equally in training.", show_default="every row does"
        ),
    ] = None,
    categorical: Annotated[
        str, typer.Option(help="Columns to read as categorical, separated by commas, as in a CSV.")
    ] = "",
    ignore: Annotated[
        str, typer.Option(help="Columns to leave out, separated by commas, as in a CSV.")
    ] = "",
    missing: Annotated[
        str,
        typer.Option(
            help="Texts and numbers that mean a missing value, separated by commas, as ?,-999."
        ),
    ] = "",
    rare_classes: Annotated[
        str,
        typer.Option(
            help="What to do about classes with too few rows for the folds: refuse, leave-out, or "
            "pool them in one class."
        ),
    ] = "leave-out",
    groups: Annotated[
        str | None,
        typer.Option(help="Column of groups. No group is split; the column is no feature."),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            help="Column that orders the rows: each fold is predicted from earlier rows, the last "
            "rows are held out; the column is no feature."
        ),
    ] = None,
    from_study: Annotated[
        str | None,
        typer.Option("--from", help="Begin with the five best trials of another study in --root."),
    ] = None,
    test_size: Annotated[
        float,
        typer.Option(
            help="Share of the rows, 0 to 0.5, that is held out to score the exported model."
        ),
    ] = 0.2,
    threshold: Annotated[
        str | None, typer.Option(help=THRESHOLD, show_default="the more probable class")
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Seed of folds, proposals, initial weights and batches.")
    ] = 0,
    study: Annotated[
        str | None,
        typer.Option(
            help="Name of the study. An existing one resumes.", show_default="DATA-SPACE-N"
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Delete the study that --study names first.")
    ] = False,
    trainer: Annotated[
        str,
        typer.Option(
            help="How trials train: lanes (all folds of many trials at once), or fit (Keras's own, "
            "one fold after another)."
        ),
    ] = "lanes",
    engine: EngineName = "local",
    ray_address: RayAddress = None,
    ray_workers: RayWorkers = None,
    tracking_uri: TrackingUri = None,
    root: Root = Path("mlruns"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Search a space of networks, and export the best one."""
    from tuner.cli.search import make_search, print_finished
    from tuner.data import split_names
    from tuner.run.request import DataRequest, make_settings
    from tuner.training.remote import Engine

    arguments = {
        "max_trials": max_trials,
        "max_seconds": max_seconds,
        "patience_trials": patience_trials,
        "max_parameters": max_parameters,
        "max_row_microseconds": max_row_microseconds,
        "folds": folds,
        "repeats": repeats,
        "epochs": epochs,
        "patience": patience,
        "oracle": oracle,
        "objective": objective,
        "racing": racing,
        "trainer": trainer,
        "class_weight": class_weight,
        "from_study": from_study,
        "test_size": test_size,
        "threshold": threshold,
        "seed": seed,
    }
    settings = make_settings(space, arguments)
    request = DataRequest(
        data,
        target,
        split_names(categorical),
        split_names(ignore),
        groups,
        order,
        split_names(missing),
        rare_classes=rare_classes,  # type: ignore[arg-type]  # checked there
    )
    run = make_search(
        Engine(engine, ray_address, ray_workers),
        root=root,
        tracking_uri=tracking_uri,
        quiet=quiet,
        started=context.obj,
    )
    finished = run.search(space, request, settings, name=study, overwrite=overwrite)
    print_finished(run, finished, as_json=as_json)


@app.command()
def resume(  # noqa: PLR0913, PLR0917  (one argument per option)
    context: typer.Context,
    study: Annotated[str, typer.Argument(help="Name of the study.")],
    max_trials: Annotated[
        int | None,
        typer.Option(
            help="Maximum number of trials in total.",
            show_default="as before; with --max-seconds as many as fit, if the limit chose it",
        ),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(help="Time limit of this run in seconds.", show_default="as before"),
    ] = None,
    patience_trials: Annotated[
        int | None,
        typer.Option(help=PATIENCE_TRIALS, show_default="as before; any number with --max-trials"),
    ] = None,
    engine: EngineName = "local",
    ray_address: RayAddress = None,
    ray_workers: RayWorkers = None,
    tracking_uri: TrackingUri = None,
    root: Root = Path("mlruns"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Resume a study that was interrupted or killed, or give it more trials or time."""
    from tuner.cli.search import make_search, print_finished
    from tuner.training.remote import Engine

    run = make_search(
        Engine(engine, ray_address, ray_workers),
        root=root,
        tracking_uri=tracking_uri,
        quiet=quiet,
        started=context.obj,
    )
    finished = run.resume(study, max_trials, max_seconds, patience_trials=patience_trials)
    print_finished(run, finished, as_json=as_json)


@app.command()
def spaces(
    name: Annotated[
        str | None, typer.Argument(help="A shipped space or a TOML file, to show all of it.")
    ] = None,
) -> None:
    """List the search spaces and their questions, or show one."""
    from tuner.cli.spaces import list_spaces, show_space

    if name is None:
        list_spaces()
    else:
        show_space(name)
