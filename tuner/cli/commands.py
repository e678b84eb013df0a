"""The commands of the command line, and their options."""

from pathlib import Path
from typing import Annotated

import typer

from tuner._version import __version__
from tuner.cli.options import AsJson, Root, TrackingUri

__all__ = ["app"]

app = typer.Typer(
    name="tuner",
    help="Find the best Keras softmax classifier for a table or images by cross-validation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"tuner {__version__}")
        raise typer.Exit


@app.callback()
def root_options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Find the best Keras softmax classifier for a table or images by cross-validation."""


# Over 40 lines: Typer takes each option from an argument.
@app.command()
def search(  # noqa: PLR0913, PLR0917  (one argument per option)
    space: Annotated[
        str, typer.Option(help="A shipped space, a TOML file, or file.py:HyperModelClass.")
    ],
    data: Annotated[
        str,
        typer.Option(
            help="digits, iris, wine, breast_cancer, a CSV, Parquet or .npz file, or a folder of "
            "images with one sub-folder per class."
        ),
    ] = "digits",
    target: Annotated[
        str | None, typer.Option(help="Column to predict.  [default: the last]")
    ] = None,
    max_trials: Annotated[int, typer.Option(help="Maximum number of trials.")] = 20,
    max_seconds: Annotated[
        float | None,
        typer.Option(help="Time limit in seconds; the best network so far is exported."),
    ] = None,
    folds: Annotated[int, typer.Option(help="Number of folds of the cross-validation.")] = 5,
    repeats: Annotated[
        int, typer.Option(help="How often the cross-validation is repeated, with other folds.")
    ] = 1,
    epochs: Annotated[int, typer.Option(help="Maximum number of epochs of a trial.")] = 50,
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
            "--racing/--no-racing", help="End trials early that are clearly worse than the best."
        ),
    ] = True,
    class_weight: Annotated[
        str | None,
        typer.Option(
            help="balanced: every class counts equally in training.  [default: every row does]"
        ),
    ] = None,
    categorical: Annotated[
        str, typer.Option(help="Columns to read as categorical, separated by commas, as in a CSV.")
    ] = "",
    ignore: Annotated[
        str, typer.Option(help="Columns to leave out, separated by commas, as in a CSV.")
    ] = "",
    groups: Annotated[
        str | None,
        typer.Option(help="Column of groups. No group is split; the column is no feature."),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(help="Column that orders the rows: train on earlier rows; no feature."),
    ] = None,
    test_size: Annotated[
        float,
        typer.Option(help="Share of the rows that is held out to score the exported network."),
    ] = 0.2,
    seed: Annotated[
        int, typer.Option(help="Seed of folds, proposals, initial weights and batches.")
    ] = 0,
    study: Annotated[
        str | None,
        typer.Option(help="Name of the study. An existing one resumes.  [default: DATA-SPACE-N]"),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Delete a study of the same name first.")
    ] = False,
    trainer: Annotated[
        str, typer.Option(help="How trials train: lanes (all folds of many trials at once), fit.")
    ] = "lanes",
    tracking_uri: TrackingUri = None,
    root: Root = Path("mlruns"),
    as_json: AsJson = False,
) -> None:
    """Search a space of networks, and export the best one."""
    from tuner.cli.search import SearchCommand
    from tuner.data import split_names
    from tuner.run.request import DataRequest, default_oracle
    from tuner.study import SearchSettings

    settings = SearchSettings(
        max_trials=max_trials,
        max_seconds=max_seconds,
        folds=folds,
        repeats=repeats,
        epochs=epochs,
        oracle=oracle or default_oracle(space),
        objective=objective,
        racing=racing,
        trainer=trainer,
        class_weight=class_weight,
        test_size=test_size,
        seed=seed,
    )
    request = DataRequest(
        data, target, split_names(categorical), split_names(ignore), groups, order
    )
    command = SearchCommand(root=root, tracking_uri=tracking_uri, as_json=as_json)
    command.search(space, request, settings, name=study, overwrite=overwrite)


@app.command()
def resume(
    study: Annotated[str, typer.Argument(help="Name of the study.")],
    max_trials: Annotated[
        int | None, typer.Option(help="Maximum number of trials in total.  [default: as before]")
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option(help="Time limit of this run in seconds.  [default: as before]")
    ] = None,
    tracking_uri: TrackingUri = None,
    root: Root = Path("mlruns"),
    as_json: AsJson = False,
) -> None:
    """Resume a study that was interrupted or killed, or give it more trials or time."""
    from tuner.cli.search import SearchCommand

    limits = {"max_trials": max_trials, "max_seconds": max_seconds}
    command = SearchCommand(root=root, tracking_uri=tracking_uri, as_json=as_json)
    command.resume(study, {name: limit for name, limit in limits.items() if limit is not None})


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


@app.command()
def studies(root: Root = Path("mlruns")) -> None:
    """List the studies."""
    from tuner.cli.studies import list_studies

    list_studies(root)


@app.command()
def sync(
    study: Annotated[str, typer.Argument(help="Name of the study.")],
    tracking_uri: TrackingUri = None,
    root: Root = Path("mlruns"),
) -> None:
    """Write to MLflow all of a study that it lacks, in the usual store or another one."""
    from tuner.cli.sync import sync_study

    sync_study(study, tracking_uri, root)


@app.command()
def export(
    study: Annotated[str, typer.Argument(help="Name of the study.")],
    pick: Annotated[
        str | None,
        typer.Option(
            help="Which network: best, smallest, ensemble, the number of a completed trial, or "
            "pareto (every trial on a front of score against cost, each in its own folder).",
            show_default="the pick that the search exported",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write.  [default: in the study's folder]")
    ] = None,
    root: Root = Path("mlruns"),
) -> None:
    """Train a study's network on all training rows, export it, and check the export."""
    from tuner.cli.export import export_study

    export_study(study, pick, output, root)


@app.command()
def report(
    study: Annotated[str, typer.Argument(help="Name of the study.")],
    output: Annotated[
        Path | None,
        typer.Option(
            help="Write the page alone, to this file.  [default: report.html in the study's "
            "folder, with its charts and results.csv]"
        ),
    ] = None,
    root: Root = Path("mlruns"),
) -> None:
    """Write a study's report: one page that answers its question, with interactive charts."""
    from tuner.cli.report import write_report

    write_report(study, output, root)


@app.command()
def compare(
    studies: Annotated[list[str], typer.Argument(help="Names of two or more studies.")],
    output: Annotated[
        Path | None,
        typer.Option(help="The page to write.  [default: compare-A+B.html under --root]"),
    ] = None,
    root: Root = Path("mlruns"),
) -> None:
    """Compare studies of the same rows and folds on one page."""
    from tuner.cli.report import write_comparison

    write_comparison(studies, output, root)


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="Folder of an exported model.")],
    data: Annotated[
        str, typer.Option(help="A CSV, Parquet or .npz file of raw columns, or a folder of images.")
    ],
    output: Annotated[
        Path | None, typer.Option(help="A .csv or .parquet file.  [default: standard output, CSV]")
    ] = None,
) -> None:
    """Predict the class and the probability of each class for the rows of a file."""
    from tuner.cli.predict import predict_rows

    predict_rows(model, data, output)


@app.command()
def serve(
    model: Annotated[Path, typer.Argument(help="Folder of an exported model.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port. 0 for any free one.")] = 5001,
    host: Annotated[
        str, typer.Option(help="Address. The default can be reached from this machine only.")
    ] = "127.0.0.1",
) -> None:
    """Serve an exported model over HTTP with MLflow's scoring server."""
    from tuner.cli.serve import serve_model

    serve_model(model, host, port)


@app.command()
def doctor(tracking_uri: TrackingUri = None, root: Root = Path("mlruns")) -> None:
    """Check whether this machine can run a search: devices, memory, folder and MLflow."""
    from tuner.cli.doctor import print_diagnosis

    print_diagnosis(root, tracking_uri)
