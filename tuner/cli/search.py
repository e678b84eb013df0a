"""`tuner search` and `tuner resume`: what they print when a search has ended."""

from pathlib import Path

from tuner.api.boundary import Caller
from tuner.api.search import EndedSearch, Search
from tuner.run.request import DataRequest
from tuner.study import SearchSettings
from tuner.terminal.messages import Messages, print_json, print_result
from tuner.terminal.mlflow_page import describe_page
from tuner.terminal.quiet import import_heavy
from tuner.terminal.summary import add_options, format_summary
from tuner.training.remote import Engine

__all__ = ["SearchCommand"]


class SearchCommand:
    """One run of `tuner search` or `tuner resume`.

    Args:
        engine: Where the trials train.
        root: The folder that holds all that searches write.
        tracking_uri: MLflow's tracking URI. None for the default.
        as_json: Print one JSON object instead of the summary.
        quiet: Print only warnings and the summary.
        began: When the command began, by `time.monotonic`: a time limit counts from there.

    Raises:
        UserError: MLflow has no store of this kind, or the engine is not there.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        root: Path,
        tracking_uri: str | None,
        as_json: bool,
        quiet: bool,
        began: float,
    ) -> None:
        self.as_json = as_json
        caller = Caller(Messages(quiet=quiet), import_heavy, began)
        self._search = Search(caller, root, tracking_uri, engine)

    def search(
        self,
        space: str,
        request: DataRequest,
        settings: SearchSettings,
        *,
        name: str | None,
        overwrite: bool,
    ) -> None:
        """Search as `Search.search` does, and print the summary to standard output.

        Raises:
            ExportMismatch: The exported model answers differently; the summary is printed.
        """
        self._print(self._search.search(space, request, settings, name=name, overwrite=overwrite))

    def resume(
        self,
        name: str,
        max_trials: int | None,
        max_seconds: float | None,
        patience_trials: int | None = None,
    ) -> None:
        """Resume as `Search.resume` does, and print the summary to standard output."""
        self._print(
            self._search.resume(name, max_trials, max_seconds, patience_trials=patience_trials)
        )

    def _print(self, ended: EndedSearch) -> None:
        summary, study = ended.summary, ended.study
        if self.as_json:
            print_json(summary)
        else:
            if "answer" in summary:
                answer = add_options(summary["answer"], study, self._search.tracking)
                summary = {**summary, "answer": answer}
            interface = self._describe_mlflow(ended)
            print_result(
                "\n".join(format_summary(summary, study, interface, str(ended.fault or "")))
            )
        if ended.fault is not None:
            raise ended.fault

    def _describe_mlflow(self, ended: EndedSearch) -> str:
        """Return where MLflow shows the study, or how to write it there."""
        if ended.experiment is not None:
            return describe_page(ended.study, self._search.uri, ended.experiment)
        sync = ended.study.make_command("sync", *self._search.tracking)
        return f"MLflow may lack some of the study; to write what is missing: {sync}"
