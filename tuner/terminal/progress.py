"""Progress of a search on the terminal: a line for each trial and each stage, and a live one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from tuner.run.estimates import Estimates
from tuner.run.setup import Setup
from tuner.space import Value
from tuner.study import Listener, SearchSettings, Study, TrialRecord
from tuner.terminal.live_line import LiveLine
from tuner.terminal.messages import Messages
from tuner.terminal.pace import Pace
from tuner.terminal.summary import add_options
from tuner.training.remote.crew import CrewState
from tuner.words import count_noun, format_hyperparameters, format_score

__all__ = ["Progress", "Shown"]


# Seconds of the final training in those of the best trial's five folds: the five networks of an
# ensemble train on two cores in three rounds, each twice as long as its share beside others.
_FINAL_SHARE = 1.5


NO_STAGES = Estimates(0.0, 0.0, 0.0, 0.0)
"""No stage follows the search."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the progress of a run is about.

    Attributes:
        settings: The search settings.
        folds: Networks of a trial.
        compare: The hyperparameter whose settings are compared; None if there is none.
        estimates: How long the stages after the search take.
    """

    settings: SearchSettings
    folds: int
    compare: str | None = None
    estimates: Estimates = NO_STAGES

    @classmethod
    def from_setup(cls, setup: Setup) -> "Shown":
        """Return what a run with this setup is about."""
        compare = setup.space.compare if setup.space else None
        return cls(setup.settings, len(setup.split.folds), compare, Estimates.from_setup(setup))


class Progress(Listener):
    """Prints what happens in a run, and shows what it does at the moment.

    The answer is the first line after the last trial. Where there is a live line, it shows the
    stages after the search, which have a line of their own elsewhere.

    Args:
        messages: Prints them.
        shown: What the run is about.
        started: When the run started, by `time.monotonic`.
        tracking: The option of this run, if any, that says where MLflow's store is. The next run
            needs it too.

    Attributes:
        ended: The number of trials that ended.
        fixed: The hyperparameters that have one value in all trials, which are not printed.
    """

    def __init__(
        self, messages: Messages, shown: Shown, started: float, tracking: Sequence[str] = ()
    ) -> None:
        self.messages = messages
        self.settings = shown.settings
        self._tracking = tracking
        self.fixed: frozenset[str] = frozenset()
        self.ended = 0
        self._line = LiveLine(
            self.settings,
            folds=shown.folds,
            compare=shown.compare,
            estimates=shown.estimates,
            started=started,
        )
        self._pace: Pace | None = None
        self._best_score = self.settings.plan.objective.worst
        self._study: Study | None = None
        self._notes: set[str] = set()  # that were printed
        self._held: list[str] | None = None  # lines that wait for the answer

    @contextmanager
    def show(self) -> Iterator[None]:
        """Show the live line while the context is open."""
        self._line.show_activity("starting TensorFlow")
        with self.messages.show_live_line(self._line.compose):
            yield

    def on_study_begin(self, study: Study) -> None:
        """Print the study's question, and how many trials it has."""
        self._study = study
        self.fixed = study.record.fixed
        self.messages.say(f"study {study.record.name}: {study.record.title}")
        for record in study.read_trials():
            self.ended += 1
            self._compare_with_best(record)
        if self.ended:
            self.messages.say(f"{count_noun(self.ended, 'trial')} ended in earlier runs")
        self._pace = Pace(self.settings.max_trials - self.ended, self.settings.epochs)
        self._line.show_activity("preparing the first networks")
        self._line.begin_search(self._pace, self.ended)

    def on_note(self, note: str) -> None:
        """Print the note, once."""
        if note not in self._notes:
            self.messages.warn(f"note: {note}")
        self._notes.add(note)

    def on_crew(self, state: CrewState) -> None:
        """Keep which workers train what."""
        self._line.show_crew(state)

    def on_trial_begin(self, trial: int, hyperparameters: dict[str, Value]) -> None:
        """Keep which setting the trial has."""
        name = self._find_name(hyperparameters)
        self._line.add_trial(trial, hyperparameters, name)

    def on_epoch(self, trial: int, epoch: int) -> None:
        """Keep how far the trial is."""
        if self._pace is not None:
            self._pace.add_epoch(trial, epoch)

    def on_trial_trained(self, trial: int) -> None:
        """Keep that the trial trains no longer."""
        if self._pace is not None:
            self._pace.add_trained(trial)

    def on_trial_end(self, record: TrialRecord) -> None:
        """Print a trial's hyperparameters and its result."""
        self.ended += 1
        most = "≤" if self.settings.may_end_early else ""
        number = f"[{self.ended}/{most}{self.settings.max_trials}]"
        searched = {
            name: value
            for name, value in {**record.hyperparameters, **record.derived}.items()
            if name not in self.fixed
        }
        values = self._find_name(record.hyperparameters) or format_hyperparameters(searched)
        what = f"trial {record.trial}: {values}" if values else f"trial {record.trial}"
        result = _describe_result(record, self.settings.plan.objective.name)
        if self._compare_with_best(record):
            result += "  ← best so far"
        self._line.add_ended()
        self.messages.say(f"{number} {what}: {result}")

    def _find_name(self, hyperparameters: dict[str, Value]) -> str | None:
        return None if self._study is None else self._study.record.find_first_name(hyperparameters)

    def _compare_with_best(self, record: TrialRecord) -> bool:
        """Return whether a trial is the best so far, and show it in the live line if it is."""
        result, objective = record.result, self.settings.plan.objective
        if not record.completed or not objective.is_better(result.score, than=self._best_score):
            return False
        self._best_score = result.score
        best = f"{objective.name} {result.score:.4f} (trial {record.trial})"
        self._line.show_best(best, _FINAL_SHARE * result.seconds)
        return True

    def on_search_end(self, study: Study, sentence: str) -> None:
        """Keep why there is no further trial, to print it below the answer."""
        self._line.end_search()
        self._held = [f"search ended: {sentence}"]

    def on_answer(self, sentence: str, picks: Sequence[str]) -> None:
        """Print the answer to the study's question, the picks, and what waited for them."""
        if self._study is not None:
            sentence = add_options(sentence, self._study, self._tracking)
        self.messages.say(sentence, bold=True)
        for line in picks:
            self.messages.say(line)
        self._release()

    def on_stage(self, description: str) -> None:
        """Show what a stage after the search does."""
        self._line.show_activity(description)
        if len(self._held or ()) > 1:  # there was no answer after the first stage
            self._release()
        line = f"{description} …"
        if self._held is not None:
            self._held.append(line)
        else:
            self._say_stage(line)

    def on_study_end(
        self, status: Literal["finished", "failed", "interrupted"], summary: Mapping[str, Any]
    ) -> None:
        """Print what still waits for an answer."""
        self._release()

    def _release(self) -> None:
        """Print what waited for the answer."""
        ended, *stages = self._held or [""]
        self._held = None
        if ended:
            self.messages.say(ended)
        for line in stages:
            self._say_stage(line)

    def _say_stage(self, line: str) -> None:
        if not self.messages.has_live_line:
            self.messages.say(line)

    def report_mlflow_fault(self, fault: str) -> None:
        """Print that MLflow cannot be written, or that it can be written again."""
        if fault:
            self.messages.warn(f"warning: MLflow cannot be written ({fault}); the search continues")
        else:
            self.messages.warn("note: MLflow can be written again, and gets all that it missed")

    def report_interrupt(self, resume: str = "") -> None:
        """Print what an interrupt leaves, and how to resume.

        Args:
            resume: A sentence on how to resume. Defaults to one with the command.
        """
        if self._study is None:
            return
        resume = resume or f"To resume: {self._study.make_command('resume', *self._tracking)}"
        left = "no trial had ended before the interrupt"
        if self.ended:
            kept = f"{'it is' if self.ended == 1 else 'they are'} kept in {self._study.folder}"
            left = f"{count_noun(self.ended, 'trial')} ended before the interrupt; {kept}"
        self.messages.warn(f"study {self._study.record.name}: {left}. {resume}")


def _describe_result(record: TrialRecord, objective: str) -> str:
    """Return what a trial came to, by the objective of this name."""
    result = record.result
    if result.status == "failed":
        return f"failed: {result.reason}"
    if result.status == "pruned":
        return f"{objective} {result.score:.4f}, pruned: {result.reason}"
    reason = f", {result.reason}" if result.reason else ""
    return (
        f"{objective} {format_score(result.score, result.standard_error)}, "
        f"{result.parameters:,} parameters, epoch {result.epoch}, {result.seconds:.1f} s{reason}"
    )
