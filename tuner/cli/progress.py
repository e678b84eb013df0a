"""Progress of a search on the terminal: a line for each trial and each stage."""

from collections.abc import Sequence

from rich.console import Console

from tuner.run.setup import Setup
from tuner.study import Listener, Study, TrialRecord
from tuner.words import count_noun, format_hyperparameters, format_score

__all__ = ["Progress"]


class Progress(Listener):
    """Prints a line for each trial and each stage on standard error.

    Attributes:
        ended: The number of trials that ended.
        fixed: The hyperparameters that have one value in all trials, which are not printed.
    """

    def __init__(self, console: Console, setup: Setup) -> None:
        self.console = console
        self.settings = setup.settings
        self.fixed: frozenset[str] = frozenset()
        self.ended = 0
        self._best: TrialRecord | None = None
        self._study: Study | None = None

    def on_study_begin(self, study: Study) -> None:
        """Print the study's question, and how many trials it has."""
        self._study = study
        self.fixed = study.record.fixed
        self.say(f"study {study.record.name}: {study.record.title}")
        for record in study.read_trials():
            self.ended += 1
            self._describe_result(record)
        if self.ended:
            self.say(f"{count_noun(self.ended, 'trial')} ended in earlier runs")

    def on_note(self, note: str) -> None:
        """Print the note."""
        self.say(f"note: {note}")

    def on_trial_end(self, record: TrialRecord) -> None:
        """Print a trial's hyperparameters and its result."""
        self.ended += 1
        number = f"[{self.ended}/{self.settings.max_trials}]"
        searched = {
            name: value
            for name, value in {**record.hyperparameters, **record.derived}.items()
            if name not in self.fixed
        }
        what = f"trial {record.trial}: {format_hyperparameters(searched)}"
        self.say(f"{number} {what}: {self._describe_result(record)}")

    def _describe_result(self, record: TrialRecord) -> str:
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
        """Print why there is no further trial."""
        self.say(f"search ended: {sentence}")

    def on_answer(self, sentence: str) -> None:
        """Print the answer to the space's question."""
        self.say(f"answer: {sentence}")

    def on_stage(self, description: str) -> None:
        """Print what a stage after the search does."""
        self.say(f"{description} …")

    def report_mlflow_fault(self, fault: str) -> None:
        """Print that MLflow cannot be written, or that it can be written again."""
        if "Max retries exceeded" in fault:
            fault = "the server does not answer"
        if fault:
            self.say(f"warning: MLflow cannot be written ({fault}); the search continues")
        else:
            self.say("note: MLflow can be written again, and gets all that it missed")

    def report_interrupt(self, options: Sequence[str]) -> None:
        """Print what an interrupt leaves, and how to resume.

        Args:
            options: Options of this run that the next one needs too.
        """
        if self._study is not None:
            resume = self._study.make_command("resume", *options)
            self.say(
                f"study {self._study.record.name}: {count_noun(self.ended, 'trial')} ended before "
                f"the interrupt; they are kept in {self._study.folder}. To resume: {resume}"
            )

    def say(self, text: str) -> None:
        """Print a line without interpreting markup."""
        self.console.print(text, markup=False)
