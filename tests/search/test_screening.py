"""First trials are tried on one fold where a time limit has no room for all of them."""

import math
from dataclasses import replace

import pytest

from tests.helpers.problems import CLASSES, FEATURES, make_problem
from tests.helpers.searches import FIVE_TRIALS
from tests.helpers.spaces import make_space
from tuner.model.tables.hypermodel import TableHyperModel
from tuner.model.tables.layout import FeatureLayout
from tuner.search.trial_seconds import TrialSeconds
from tuner.study import Listener, Study
from tuner.training import TrialResult
from tuner.training.lanes import LanesTrainer
from tuner.training.result import ENDED_BY_CLOCK

UNITS = (2, 4, 8, 16)
SPACE = make_space(
    "[network]\ndepth = 1\nunits = [2, 4, 8, 16]\n"
    '[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\nlearning_rate = 0.1\n'
    "length = [0.5, 1.0]\n"
    + "".join(
        f'[[first]]\nname = "{units} units"\nunits = {units}\nlength = 1.0\n' for units in UNITS
    )
)
SCORES = {2: 0.5, 4: 0.3, 8: 0.31, 16: 0.6}
EPOCHS = 4


class TimedTrainer(LanesTrainer):
    """Trains one after another, as if by a clock; the results are made up.

    Attributes:
        failing: The widths of networks that fail.
        most: Trials and first trials that it trains before it is interrupted.
        pace: Seconds of an epoch of a fold.
        error: The standard error of the scores.
        cut: The widths of networks that the clock ends.
    """

    at_once = 1
    failing = ()
    most = 1000
    pace = 1.0
    error = 0.01
    cut = ()

    def __init__(self, now):
        super().__init__()
        self.now = now
        self.trained = []

    def train(self, jobs, hypermodel, *, problem, plan):
        begun = False
        while jobs:
            for job in jobs:
                if plan.hooks.begin(job) or not begun:
                    begun = True
                    yield self.train_job(job, problem, plan)
            jobs = plan.hooks.ask_more()

    def train_job(self, job, problem, plan):
        if len(self.trained) == self.most:
            raise KeyboardInterrupt
        units, folds = job.hyperparameters.values["units"], job.folds or len(problem.folds)
        epochs = round(EPOCHS * job.hyperparameters.values["length"])
        for epoch in range(epochs):
            self.now.seconds += self.pace * folds
            plan.hooks.on_epoch(job.trial, epoch + 1)
        self.trained.append((units, folds))
        if units in self.failing:
            return TrialResult.from_failure(job.trial, "diverged", "loss is not finite")
        return TrialResult(
            job.trial,
            "completed",
            f"{ENDED_BY_CLOCK}, in epoch 1" if units in self.cut else "",
            epoch=epochs,
            score=SCORES[units],
            standard_error=self.error,
            scores={"cross_entropy": SCORES[units]},
            seconds=float(epochs * folds),
            fold_scores=(SCORES[units],) * folds,
            curves={"loss": [[SCORES[units]] * epochs] * folds},
        )


class Notes(Listener):
    """Keeps the notes of a search, and the trials of which it is told."""

    def __init__(self):
        self.notes, self.told = [], set()

    def on_note(self, note):
        self.notes.append(note)

    def on_epoch(self, trial, epoch):
        self.told.add(trial)


@pytest.fixture
def search(make_tuner, make_study, now):
    """Return a function that searches, and returns what was trained: `(units, folds)`."""
    made = make_study(epochs=EPOCHS, max_trials=40, oracle="tpe")
    study = Study(replace(made.record, space_definition=SPACE.to_dict()), made.folder)

    def search(max_seconds, *, most=1000, **given):
        settings = replace(
            FIVE_TRIALS, oracle="tpe", max_trials=40, epochs=EPOCHS, max_seconds=max_seconds
        )
        layout = FeatureLayout(FEATURES, FEATURES)
        hypermodel = TableHyperModel(SPACE, layout=layout, classes=CLASSES, epochs=EPOCHS)
        trainer = TimedTrainer(now)
        trainer.most = most
        for name in ("at_once", "failing", "pace", "error", "cut"):
            setattr(trainer, name, given.pop(name, getattr(trainer, name)))
        listener = Notes()
        settings = replace(settings, **given)
        tuner = make_tuner(hypermodel, settings, trainer=trainer, listeners=[listener])
        try:
            tuner.run(make_problem(), study, export_seconds=1.0)
        except KeyboardInterrupt:
            assert most < 1000
        return trainer.trained, listener

    search.study = study
    return search


def read_screened(study):
    return [event["hyperparameters"]["units"] for event in study.journal.read("screened")]


def test_with_time_for_all_each_trains_on_all_folds(search):
    trained, listener = search(max_seconds=200.0)  # they take 12 s each
    assert trained[:4] == [(units, 3) for units in UNITS]
    assert read_screened(search.study) == []
    assert listener.notes == []


def test_with_less_they_are_tried_on_one_fold_and_the_best_train_on_all(search):
    """The first is trained before it is known how long trials take."""
    trained, listener = search(max_seconds=85.0)
    assert trained[:6] == [(2, 3), (4, 1), (8, 1), (16, 1), (4, 3), (8, 3)]
    assert read_screened(search.study) == [4, 8, 16]
    records = list(search.study.read_trials())
    assert [record.trial for record in records] == list(range(len(records)))
    assert [record.hyperparameters["units"] for record in records][:3] == [2, 4, 8]
    assert listener.notes == [
        "the networks that the space begins with are tried on one fold first, since there is "
        "no time for all folds of each",
        "on one fold they come to: 4 units 0.3000 ± 0.0100, 8 units 0.3100 ± 0.0100; "
        "1 other clearly worse or failed",
    ]
    assert listener.told == set(range(len(records)))


def test_the_costliest_is_not_tried_where_even_one_fold_takes_long(search):
    """A third of what is left is for folds."""
    trained, listener = search(max_seconds=60.0)
    assert trained[:4] == [(2, 3), (4, 1), (8, 1), (4, 3)]
    assert listener.notes[1].endswith("; no time for one of them")


def test_one_trial_trains_on_all_folds_however_short_the_time(search, monkeypatch):
    """It is guessed that a fold takes 4 s before any has begun, and that is too little."""
    monkeypatch.setattr(TrialSeconds, "guess", lambda self, values, folds=3: 4.0 * folds)
    trained, _ = search(max_seconds=22.0, pace=4.0)
    assert trained == [(2, 1), (2, 3)]
    (record,) = search.study.read_trials()
    assert (record.trial, record.hyperparameters["length"]) == (0, 0.5)


def test_one_that_fails_on_a_fold_does_not_train_on_all(search):
    trained, _ = search(max_seconds=85.0, failing=(4,))
    assert [units for units, folds in trained if folds == 3][:2] == [2, 8]


def test_one_that_the_clock_ended_was_not_tried(search):
    trained, _ = search(max_seconds=85.0, cut=(8,))
    assert read_screened(search.study) == [4, 16]
    assert (8, 1) in trained


def test_a_score_without_a_standard_error_is_no_score(search):
    """As where a fold lacks a class."""
    trained, _ = search(max_seconds=85.0, error=math.nan)
    assert [units for units, folds in trained if folds == 3][:2] == [2, 4]
    assert [event["score"] for event in search.study.journal.read("screened")] == [None] * 3


def test_a_resumed_search_knows_what_was_tried_on_a_fold(search):
    trained, _ = search(max_seconds=85.0, most=3)
    assert trained == [(2, 3), (4, 1), (8, 1)]
    again, _ = search(max_seconds=85.0)
    assert read_screened(search.study) == [4, 8]
    assert again[:3] == [(4, 3), (8, 3), (16, 3)]  # the last one was not tried
    assert all(folds == 3 for _, folds in again)


def test_without_a_time_limit_no_first_trial_is_tried_on_a_fold(search):
    trained, _ = search(max_seconds=None, max_trials=4)
    assert trained == [(units, 3) for units in UNITS]


def test_hyperband_which_trains_few_epochs_first_tries_nothing_on_a_fold(search):
    trained, _ = search(max_seconds=85.0, oracle="hyperband", max_trials=6)
    assert trained
    assert all(folds == 3 for _, folds in trained)
