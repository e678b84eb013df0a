"""`tuner search` and `tuner resume`: what they print when a search has finished."""

from pathlib import Path

from tuner.api.boundary import Caller
from tuner.api.search import FinishedSearch, Search
from tuner.terminal.messages import Messages, print_json, print_result
from tuner.terminal.mlflow_page import describe_page
from tuner.terminal.quiet_imports import import_heavy
from tuner.terminal.summary import add_options, format_summary
from tuner.training.remote import Engine

__all__ = ["make_search", "print_finished"]


def make_search(
    engine: Engine, *, root: Path, tracking_uri: str | None, quiet: bool, started: float
) -> Search:
    """Return a search that prints as a command does.

    Args:
        engine: Where the trials train.
        root: The folder that holds all that searches write.
        tracking_uri: MLflow's tracking URI. None for the default.
        quiet: Print only warnings and the summary.
        started: When the command started, by `time.monotonic`: a time limit counts from there.

    Raises:
        UserError: MLflow has no store of this kind, or the engine is not there.
    """
    return Search(Caller(Messages(quiet=quiet), import_heavy, started), root, tracking_uri, engine)


def print_finished(search: Search, finished: FinishedSearch, *, as_json: bool) -> None:
    """Print the summary of a search to standard output.

    Args:
        search: The search.
        finished: What it came to.
        as_json: Print one JSON object instead of the summary.

    Raises:
        TunerError: The model could not be exported; the summary is printed.
    """
    summary, study = finished.summary, finished.study
    if as_json:
        print_json(summary)
    else:
        if "answer" in summary:
            summary = {**summary, "answer": add_options(summary["answer"], study, search.tracking)}
        interface = _describe_mlflow(search, finished)
        for line in format_summary(summary, study, interface, str(finished.fault or "")):
            print_result(line)
    if finished.fault is not None:
        raise finished.fault


def _describe_mlflow(search: Search, finished: FinishedSearch) -> list[str]:
    """Return lines that say where MLflow shows the study, or how to write it there."""
    if finished.experiment is not None:
        return describe_page(finished.study, search.uri, finished.experiment)
    sync = finished.study.make_command("sync", *search.tracking)
    return [f"compare  MLflow may lack some of the study; to write what is missing: {sync}"]
