"""The commands for what searches have left: studies, models, reports; and `doctor`."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from tuner.cli.commands import app
from tuner.cli.options import THRESHOLD, AsJson, Quiet, Root, TrackingUri, path
from tuner.errors import check_choice

__all__ = ["app"]


@app.command()
def studies(root: Root = Path("mlruns"), as_json: AsJson = False) -> None:
    """List the studies."""
    from tuner.cli.studies import list_studies

    list_studies(root, as_json=as_json)


@app.command()
def sync(
    study: Annotated[str, typer.Argument(help="Name of the study.")],
    tracking_uri: TrackingUri = None,
    root: Root = Path("mlruns"),
) -> None:
    """Write to MLflow all of a study that it lacks."""
    from tuner.cli.sync import sync_study

    sync_study(study, tracking_uri, root)


@app.command()
def export(  # noqa: PLR0913, PLR0917  (one argument per option)
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
        Path | None,
        typer.Option(
            parser=path,
            help="Folder to write.",
            show_default="in the study's folder: model for the search's own pick, else model-PICK",
        ),
    ] = None,
    threshold: Annotated[
        str | None, typer.Option(help=THRESHOLD, show_default="as in the search")
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option(
            help="Formats, separated by commas: keras (always written), saved_model, mlflow, onnx, "
            "litert (of plain numbers or arrays alone).",
            show_default="keras,saved_model,mlflow",
        ),
    ] = None,
    root: Root = Path("mlruns"),
    quiet: Quiet = False,
) -> None:
    """Export networks of a study, trained again where need be, and check the export."""
    from tuner.cli.export import export_study

    export_study(study, pick, output, root, threshold=threshold, formats=formats, quiet=quiet)


@app.command()
def report(
    study: Annotated[str, typer.Argument(help="Name of the study.")],
    output: Annotated[
        Path | None,
        typer.Option(
            parser=path,
            help="Write the page alone, to this file.",
            show_default="report.html in the study's folder, with its charts and results.csv",
        ),
    ] = None,
    root: Root = Path("mlruns"),
) -> None:
    """Write a study's report: one page that answers its question, with interactive charts."""
    from tuner.cli.report import write_report

    write_report(study, output, root)


@app.command()
def importance(
    study: Annotated[str, typer.Argument(help="Name of the study.")],
    pick: Annotated[
        str | None,
        typer.Option(
            help="Which network: best, smallest, ensemble, or the number of a completed trial.",
            show_default="the pick that the search exported",
        ),
    ] = None,
    repeats: Annotated[int, typer.Option(help="How often each column is shuffled.")] = 5,
    root: Root = Path("mlruns"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Rank the columns by how much the network needs them: out of fold, with errors."""
    from tuner.cli.importance import show_importance

    show_importance(study, pick, repeats, root, as_json=as_json, quiet=quiet)


@app.command()
def compare(
    studies: Annotated[list[str], typer.Argument(help="Names of two or more studies.")],
    output: Annotated[
        Path | None,
        typer.Option(
            parser=path, help="The page to write.", show_default="compare-A+B.html under --root"
        ),
    ] = None,
    root: Root = Path("mlruns"),
) -> None:
    """Compare studies of the same rows and folds on one page."""
    from tuner.cli.report import write_comparison

    write_comparison(studies, output, root)


# Over 40 lines: Typer takes each option from an argument.
@app.command()
def predict(  # noqa: PLR0913, PLR0917  (one argument per option)
    model: Annotated[Path, typer.Argument(parser=path, help="Folder of an exported model.")],
    data: Annotated[
        str,
        typer.Option(
            help="A CSV, TSV, Parquet or .npz file of raw columns, a folder of Parquet files or "
            "images, or - for standard input."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            parser=path, help="A .csv or .parquet file, or - for standard output, as CSV."
        ),
    ] = Path("-"),
    keep: Annotated[
        str,
        typer.Option(
            help="Columns of the rows that begin the predictions, separated by commas, as in a CSV."
        ),
    ] = "",
    on_error: Annotated[
        str,
        typer.Option(
            help="What to do with a cell that is no number or date where the model reads one: "
            "refuse, or missing, which predicts its row and warns."
        ),
    ] = "refuse",
    batch_rows: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Most rows that are predicted at once.",
            show_default="as many as are fast",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Predict the class and the probability of each class for the rows of a file."""
    from tuner.cli.predict import PredictCommand
    from tuner.data import OnError, split_names

    PredictCommand(
        model,
        data,
        None if str(output) == "-" else output,
        keep=split_names(keep),
        on_error=check_choice("--on-error", on_error, get_args(OnError)),
        batch_rows=batch_rows,
        quiet=quiet,
    ).run()


# Over 40 lines: Typer takes each option from an argument.
@app.command()
def serve(
    model: Annotated[Path, typer.Argument(parser=path, help="Folder of an exported model.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port. 0 for any free one.")] = 5001,
    host: Annotated[
        str, typer.Option(help="Address. The default can be reached from this machine only.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="A name beside --host by which clients address the server; may be repeated. "
            "Requests to other names are refused."
        ),
    ] = None,
    max_megabytes: Annotated[
        int,
        typer.Option(
            min=1,
            max=64,
            help="Largest body of a request. Each MB may delay other requests by 0.04 s.",
        ),
    ] = 1,
    on_error: Annotated[
        str,
        typer.Option(
            help="What to do with a cell that is no number or date where the model reads one: "
            "refuse, or missing, which predicts its row and warns in the answer."
        ),
    ] = "refuse",
) -> None:
    """Serve an exported model over HTTP, as MLflow does: /invocations, /ping, /health, /version."""
    from tuner.cli.serve import serve_model
    from tuner.data import OnError

    serve_model(
        model,
        host,
        port,
        allowed_hosts=allow_host or [],
        max_megabytes=max_megabytes,
        on_error=check_choice("--on-error", on_error, get_args(OnError)),
    )


@app.command()
def doctor(tracking_uri: TrackingUri = None, root: Root = Path("mlruns")) -> None:
    """Check whether this machine can run a search: devices, memory, folder and MLflow."""
    from tuner.cli.doctor import print_diagnosis

    print_diagnosis(root, tracking_uri)
