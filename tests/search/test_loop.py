"""The loop of a search: cohorts, events, and why it ends."""

from dataclasses import replace

import pytest

from tests.helpers.crews import ThreadCrew
from tests.helpers.problems import make_problem
from tests.helpers.searches import (
    FIVE_TRIALS,
    CustomHyperModel,
    Notes,
    make_mlp,
    make_rows,
    read_trials,
)
from tuner.errors import SearchFailed
from tuner.search import ORACLES
from tuner.study import Listener
from tuner.training.lanes import LanesTrainer
from tuner.training.processor import describe_processor
from tuner.training.remote.trainer import RemoteTrainer


class RecordingListener(Listener):
    def __init__(self):
        self.events = []
        self.epochs = []

    def on_epoch(self, trial, epoch):
        self.epochs.append((trial, epoch))

    def on_trial_trained(self, trial):
        self.events.append(f"trained {trial}")

    def on_study_begin(self, study):
        self.events.append("study")

    def on_trial_begin(self, trial, hyperparameters):
        self.events.append(f"begin {trial}")

    def on_trial_end(self, record):
        self.events.append(f"end {record.trial}")

    def on_search_end(self, study, sentence):
        self.events.append(sentence)


def test_listeners_get_the_events_in_order(make_tuner, problem, make_study):
    listener = RecordingListener()
    tuner = make_tuner(settings=replace(FIVE_TRIALS, max_trials=2), listeners=[listener])
    tuner.run(problem, make_study())
    assert listener.events[:3] == ["study", "begin 0", "begin 1"]
    ends = [event for event in listener.events[3:-1] if event.startswith("end")]
    assert sorted(ends) == ["end 0", "end 1"]  # in the order of the cores
    for trial in (0, 1):  # an end may follow later, when the race has settled the trial
        trained = listener.events.index(f"trained {trial}")
        assert listener.events.index("begin 1") < trained < listener.events.index(f"end {trial}")
    assert listener.events[-1] == "all 2 trials have ended"
    assert sorted(listener.epochs) == [(0, 1), (0, 2), (1, 1), (1, 2)]


def test_a_space_is_searched_until_it_is_exhausted(make_tuner, problem, make_study):
    space = "[network]\ndepth = { min = 0, max = 1 }\nunits = 4\n"
    end = make_tuner(make_mlp(space, epochs=2)).run(problem, make_study())
    assert end.sentence == "all 2 configurations that the random oracle has were tried"


class OneAtATime(LanesTrainer):
    def choose_cohort_size(self, problem):
        return 1


@pytest.mark.parametrize("oracle", ORACLES)
def test_the_size_of_a_cohort_changes_no_result(make_tuner, problem, make_study, oracle):
    trials = {}
    for trainer in (LanesTrainer(), OneAtATime()):
        tuner = make_tuner(settings=replace(FIVE_TRIALS, epochs=3, oracle=oracle), trainer=trainer)
        tuner.run(problem, make_study(type(trainer).__name__, max_trials=5))
        trials[type(trainer)] = read_trials(tuner.study)
    assert len(trials[OneAtATime]) == 5
    assert trials[OneAtATime] == trials[LanesTrainer]


def test_a_trial_trains_for_the_epochs_that_the_oracle_chose(make_tuner, make_study):
    """Hyperband, with two rungs: three trials for one epoch, and the best of them for three."""
    problem = make_problem()
    settings = replace(FIVE_TRIALS, max_trials=6, epochs=3, oracle="hyperband")
    study = make_study("mine", max_trials=4)
    make_tuner(settings=replace(settings, max_trials=4)).run(problem, study)
    tuner = make_tuner(settings=settings)
    tuner.run(problem, study)
    records = {record.trial: record for record in tuner.study.read_trials()}
    trained = [
        [len(curve) for curve in records[trial].result.curves["val_loss"]] for trial in range(6)
    ]
    assert trained == [[epochs] * 3 for epochs in (1, 1, 1, 3, 3, 3)]
    best = min(range(3), key=lambda trial: records[trial].result.score)
    assert records[3].hyperparameters == records[best].hyperparameters
    # the oracle's own numbers are not among the hyperparameters
    declared = {hyperparameter.name for hyperparameter in tuner.hypermodel.space.hyperparameters}
    for event in study.journal.read("proposed"):
        assert set(event["hyperparameters"]) <= declared


def test_a_search_in_which_every_trial_fails_says_why_the_first_did(make_tuner):
    class Broken(CustomHyperModel):
        def fit(self, hp, model, *args, **kwargs):
            raise RuntimeError("no fit")

    tuner = make_tuner(Broken(), replace(FIVE_TRIALS, max_trials=2))
    with pytest.raises(SearchFailed) as error:
        tuner.search(*make_rows())
    assert str(error.value) == "every trial failed; trial 0: RuntimeError: no fit"


class ForeignTrainer(LanesTrainer):
    """Says of every second trial that another processor trained it."""

    def train(self, jobs, hypermodel, *, problem, plan):
        for result in super().train(jobs, hypermodel, problem=problem, plan=plan):
            yield replace(result, processor="another" if result.trial % 2 else "")


def test_the_kind_of_processor_is_kept_with_each_trial_and_two_kinds_are_told(
    make_tuner, problem, make_study
):
    notes = Notes()
    tuner = make_tuner(trainer=ForeignTrainer(), listeners=[notes])
    study = make_study()
    tuner.run(problem, study)
    kinds = {record.trial: record.result.processor for record in study.read_trials()}
    assert kinds[1] == kinds[3] == "another"
    assert kinds[0] == describe_processor()
    (note,) = notes.texts
    assert "another" in note
    assert "last digits" in note


def test_workers_get_further_trials_before_all_of_a_cohort_have_ended(make_tuner, monkeypatch):
    def search(crew, oracle):
        settings = replace(FIVE_TRIALS, max_trials=9, epochs=3, oracle=oracle)
        tuner = make_tuner(settings=settings)
        tuner.search(*make_rows(), study=f"{oracle}-{crew is None}", crew=crew)
        events = tuner.study.journal.read()
        return read_trials(tuner.study), [e["event"] for e in events if e["event"] != "begun"]

    choose = RemoteTrainer.choose_cohort_size
    monkeypatch.setattr(RemoteTrainer, "choose_cohort_size", lambda *given: min(choose(*given), 3))
    for oracle, at_first in (("random", 5), ("tpe", 4)):
        trials, events = search(ThreadCrew(2), oracle)
        assert trials == search(None, oracle)[0]
        proposed = events.index("trial")
        assert (proposed >= at_first) if oracle == "random" else (proposed == at_first)
