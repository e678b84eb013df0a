"""The line that says what a run does at the moment, and how long it takes yet."""

import time
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from tuner.machine.slowness import measure_slowness
from tuner.run.estimates import Estimates
from tuner.space import Value
from tuner.study import SearchSettings
from tuner.terminal.pace import Pace
from tuner.training.remote.crew import CrewState
from tuner.words import count_noun, list_first, say_seconds, say_settings

__all__ = ["LiveLine", "fit_parts"]

_SEPARATOR = " · "
_LISTED = (8, 4, 2, 1)  # how many trials are listed, as there is room

Part = Sequence[str]
"""Ways to say something, the longest first; none to say nothing."""


class LiveLine:
    """Composes the line. Any thread may do so, while another one says what changes.

    Args:
        settings: The search settings, which have its limits.
        folds: Networks of a trial.
        compare: The hyperparameter whose settings the space compares; None if there is none.
        estimates: Seconds that the stages after the search take on a machine that does nothing
            else.
        started: When the run started, by `time.monotonic`.
    """

    def __init__(
        self,
        settings: SearchSettings,
        *,
        folds: int,
        compare: str | None,
        estimates: Estimates,
        started: float,
    ) -> None:
        self._activity = ""  # what the run does while no trial trains
        self._ended = 0  # trials, also of earlier runs
        self._best = ""
        self._final_seconds = 0.0
        self._pace: Pace | None = None  # of the trials that train; None outside a search
        self._crew: CrewState | None = None
        self._trials = settings.max_trials
        # a search that ends as soon as its question is answered
        self._bound = "at most " if settings.until_answered else ""
        self._most = "at most " if settings.may_end_early else ""
        self._folds = folds
        self._compare = compare
        self._estimates = estimates
        self._started = started
        limit = settings.max_seconds
        self._end = None if limit is None else started + limit
        self._settings: dict[int, Value] = {}  # of the compared hyperparameter, by trial
        self._names: dict[int, str] = {}  # of first trials
        self._search_ended: float | None = None

    def show_activity(self, activity: str) -> None:
        """Show what the run does while no trial trains."""
        self._activity = activity

    def begin_search(self, pace: Pace, ended: int) -> None:
        """Show from now on how far the search is.

        Args:
            pace: Follows the trials that train.
            ended: The number of trials that ended in earlier runs.
        """
        self._pace, self._ended = pace, ended

    def show_crew(self, crew: CrewState) -> None:
        """Show the workers that train the trials, if others than this process do."""
        self._crew = crew

    def show_best(self, best: str, final_seconds: float) -> None:
        """Show the best trial so far.

        Args:
            best: Its score, with its name.
            final_seconds: Seconds that the final training of its network takes, about.
        """
        self._best, self._final_seconds = best, final_seconds

    def add_ended(self) -> None:
        """Count another trial that ended."""
        self._ended += 1
        self._activity = ""

    def add_trial(
        self, trial: int, hyperparameters: dict[str, Value], name: str | None = None
    ) -> None:
        """Add a proposed trial; the space may have a name for it."""
        if name is not None:
            self._names[trial] = f"{trial} ({name})"
        if self._compare in hyperparameters:
            self._settings[trial] = hyperparameters[self._compare]

    def end_search(self) -> None:
        """Show from now on what the stages after the search do."""
        self._pace, self._search_ended = None, time.monotonic()

    def compose(self, width: int) -> str:
        """Return the line.

        Args:
            width: The most columns of the line.
        """
        pace, left = self._pace, self._say_left()
        if pace is None:
            room = width - sum(cell_len(_SEPARATOR + text) for text in left)
            return fit_parts([[fit_parts([[self._activity]], room)], left], width)
        counted = f"{self._ended} of {self._most}{count_noun(self._trials, 'trial')}"
        best = [f"best {self._best}"] if self._best else []
        training = self._say_training(pace.list_running())
        if self._crew is not None:
            return fit_parts([[counted], say_crew(self._crew), left, best, training], width)
        return fit_parts([[counted], left, best, training], width)

    def _say_left(self) -> Part:
        """Say how many seconds are left, if that is known."""
        now = time.monotonic()
        if self._search_ended is not None:
            seconds = self._expect_later(self._search_ended) - (now - self._search_ended)
            if seconds <= 0:  # the stages take longer than was thought
                return []
        else:
            search = self._pace.estimate_seconds() if self._pace else None
            if search is None:
                return []
            seconds = search + self._expect_later(now + search)
        if self._end is not None:
            seconds = min(seconds, max(self._end - now, 0.0))
        bound = self._bound if self._search_ended is None else ""
        return [f"{bound or 'about '}{say_seconds(seconds)} left"]

    def _expect_later(self, search_ended: float) -> float:
        """Return the seconds of all that follows the trials."""
        stages = self._estimates.after_search(search_ended - self._started)
        return self._final_seconds + stages * measure_slowness()

    def _say_training(self, trials: Sequence[int]) -> Part:
        """Say how many networks train, and of which settings or trials."""
        if not trials:
            return [self._activity] if self._activity else []
        number = len(trials) * self._folds
        count = f"{count_noun(number, 'network')} {'trains' if number == 1 else 'train'}"
        settings = {self._settings[trial] for trial in trials if trial in self._settings}
        if self._compare is not None and settings:
            ordered = sorted(settings, key=lambda value: (isinstance(value, str), value))
            return [f"{count}, of {say_settings(self._compare, ordered)}", count]
        numbers = [self._names.get(trial, str(trial)) for trial in trials]
        noun = "trial" if len(numbers) == 1 else "trials"
        lists = [f"{count}, of {noun} {list_first(numbers, length)}" for length in _LISTED]
        return [*lists, count]


def say_crew(crew: CrewState) -> Part:
    """Say how many workers there are, and what each of them trains.

    >>> say_crew(CrewState({"worker 1 on a": [3, 4], "worker 2 on b": [7]}, idle=1, lost=1))[0]
    '3 workers (worker 1 on a: 3, 4; worker 2 on b: 7), 1 lost'
    """
    ready = len(crew.training) + crew.idle
    workers = count_noun(ready, "worker")
    starting = [f"{crew.starting} starting"] if crew.starting else []
    lost = [f"{crew.lost} lost"] if crew.lost else []
    if not ready and starting:
        return [f"waiting for {count_noun(crew.starting, 'worker')}"]
    each = [f"{name}: {list_first(list(map(str, t)))}" for name, t in crew.training.items() if t]
    named = f"{workers} ({'; '.join(each)})" if each else workers
    return [", ".join([named, *starting, *lost]), ", ".join([workers, *starting, *lost])]


def fit_parts(parts: Sequence[Part], width: int) -> str:
    """Return a line of as many parts as fit, from the first, which is the most important.

    Args:
        parts: The parts, each in several lengths.
        width: The most columns of the line.

    >>> parts = [["3 of 20 trials"], [], ["best accuracy 0.965", "best 0.965"], ["9 s left"]]
    >>> fit_parts(parts, width=30)
    '3 of 20 trials · best 0.965'
    >>> fit_parts([["training the best network"]], width=12)
    'training th…'
    """
    line = ""
    for part in filter(None, parts):
        start = f"{line}{_SEPARATOR}" if line else ""
        fitting = [text for text in part if cell_len(start + text) <= width]
        if not fitting:
            return line or set_cell_size(part[-1], max(width - 1, 0)).rstrip() + "…"
        line = start + fitting[0]
    return line
