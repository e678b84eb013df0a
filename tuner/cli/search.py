"""`tuner search` and `tuner resume`: what they print when a search has ended."""

from pathlib import Path

from tuner.api.boundary import Caller
from tuner.api.search import EndedSearch, Search
from tuner.terminal.messages import Messages, print_json, print_result
from tuner.terminal.mlflow_page import describe_page
from tuner.terminal.quiet import import_heavy
from tuner.terminal.summary import add_options, format_summary
from tuner.training.remote import Engine

__all__ = ["make_search", "print_ended"]


def make_search(
    engine: Engine, *, root: Path, tracking_uri: str | None, quiet: bool, began: float
) -> Search:
    """Return a search that prints as a command does.

    Args:
        engine: Where the trials train.
        root: The folder that holds all that searches write.
        tracking_uri: MLflow's tracking URI. None for the default.
        quiet: Print only warnings and the summary.
        began: When the command began, by `time.monotonic`: a time limit counts from there.

    Raises:
        UserError: MLflow has no store of this kind, or the engine is not there.
    """
    return Search(Caller(Messages(quiet=quiet), import_heavy, began), root, tracking_uri, engine)


def print_ended(search: Search, ended: EndedSearch, *, as_json: bool) -> None:
    """Print the summary of a search to standard output.

    Args:
        search: The search.
        ended: What it came to.
        as_json: Print one JSON object instead of the summary.

    Raises:
        TunerError: The model could not be exported; the summary is printed.
    """
    summary, study = ended.summary, ended.study
    if as_json:
        print_json(summary)
    else:
        if "answer" in summary:
            summary = {**summary, "answer": add_options(summary["answer"], study, search.tracking)}
        interface = _describe_mlflow(search, ended)
        for line in format_summary(summary, study, interface, str(ended.fault or "")):
            print_result(line)
    if ended.fault is not None:
        raise ended.fault


def _describe_mlflow(search: Search, ended: EndedSearch) -> list[str]:
    """Return lines that say where MLflow shows the study, or how to write it there."""
    if ended.experiment is not None:
        return describe_page(ended.study, search.uri, ended.experiment)
    sync = ended.study.make_command("sync", *search.tracking)
    return [f"compare  MLflow may lack some of the study; to write what is missing: {sync}"]
