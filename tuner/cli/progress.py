"""Progress of a search on the terminal: a line for each trial and each stage."""

from collections.abc import Sequence

from rich.console import Console

from tuner.run.setup import Setup
from tuner.space import Fixed
from tuner.study import Listener, Study, TrialRecord
from tuner.words import count_noun, format_hyperparameters, format_score

__all__ = ["Progress"]


class Progress(Listener):
    """A line for each trial on standard error.

    Attributes:
        ended: How many trials ended.
    """

    def __init__(self, console: Console, setup: Setup) -> None:
        self.console = console
        self.settings = setup.settings
        definition = setup.definition
        hyperparameters = definition.hyperparameters if definition else ()
        self.fixed = {h.name for h in hyperparameters if isinstance(h.domain, Fixed)}
        self.ended = 0
        self._best: TrialRecord | None = None
        self._study: Study | None = None

    def on_study_begin(self, study: Study) -> None:
        """Say what is asked, and of what."""
        self._study = study
        self.say(f"study {study.record.name}: {study.record.title}")
        for record in study.read_trials():
            self.ended += 1
            self._came_out(record)
        if self.ended:
            self.say(f"{count_noun(self.ended, 'trial')} ended in an earlier search of it")

    def on_note(self, note: str) -> None:
        """Say it."""
        self.say(f"note: {note}")

    def on_trial_end(self, record: TrialRecord) -> None:
        """Say what was tried and what came out."""
        self.ended += 1
        number = f"[{self.ended}/{self.settings.max_trials}]"
        searched = {
            name: value
            for name, value in {**record.hyperparameters, **record.derived}.items()
            if name not in self.fixed
        }
        what = f"trial {record.trial}: {format_hyperparameters(searched)}"
        self.say(f"{number} {what}: {self._came_out(record)}")

    def _came_out(self, record: TrialRecord) -> str:
        result = record.result
        if result.status == "failed":
            return f"failed: {result.reason}"
        objective = self.settings.plan.objective
        if result.status == "pruned":
            return f"{objective.name} {result.score:.4f}, pruned: {result.reason}"
        best = self._best is None or objective.is_better(result.score, self._best.result.score)
        if best:
            self._best = record
        return (
            f"{objective.name} {format_score(result.score, result.standard_error)}, "
            f"{result.parameters:,} parameters, epoch {result.epoch}, {result.seconds:.1f} s"
            + (f", {result.reason}" if result.reason else "")
            + ("  ← best so far" if best else "")
        )

    def on_search_end(self, study: Study, sentence: str) -> None:
        """Say why there is no further trial."""
        self.say(f"search ended: {sentence}")

    def on_stage(self, description: str) -> None:
        """Print what a stage after the search does."""
        self.say(f"{description} …")

    def mlflow_fault(self, fault: str) -> None:
        """Say that MLflow cannot be written, or can be again."""
        if "Max retries exceeded" in fault:
            fault = "the server does not answer"
        if fault:
            self.say(f"warning: MLflow cannot be written ({fault}); the search goes on")
        else:
            self.say("note: MLflow can be written again, and gets what it missed")

    def interrupted(self, options: Sequence[str]) -> None:
        """Say what an interrupt leaves, and how to go on.

        Args:
            options: Those of the search that the next one needs too.
        """
        if self._study is not None:
            resume = self._study.make_command("resume", *options)
            self.say(
                f"study {self._study.record.name}: {count_noun(self.ended, 'trial')} ended before "
                f"the interrupt; they are kept in {self._study.folder}. Go on with: {resume}"
            )

    def say(self, text: str) -> None:
        """Print a line as it stands."""
        self.console.print(text, markup=False)
