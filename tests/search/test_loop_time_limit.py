"""The loop of a search with a time limit: it is kept, and filled with what can end in it."""

from dataclasses import replace
from functools import partial

import pytest

from tests.helpers.problems import CLASSES, FEATURES, make_problem
from tests.helpers.searches import FIVE_TRIALS, make_mlp
from tests.helpers.spaces import PLANNED, SMALL, make_space
from tuner.model.tables.hypermodel import TableHyperModel
from tuner.model.tables.layout import FeatureLayout
from tuner.search import Clock
from tuner.search.end_rules import PatienceRule
from tuner.training import TrialResult
from tuner.training.lanes import LanesTrainer


def test_no_cohort_but_the_first_begins_when_the_time_is_up(make_tuner, problem, make_study):
    settings = replace(FIVE_TRIALS, max_seconds=0.01, trainer="fit")
    end = make_tuner(settings=settings).run(problem, make_study())
    assert end.sentence == "the trials' share of 0.01 seconds was over after 1 trial"


class UntrainedTrainer(LanesTrainer):
    """Gives made-up results at once; a trial with a higher number is better.

    Args:
        before: Is called with the number of jobs and the position of each, before its result.
    """

    def __init__(self, before):
        super().__init__()
        self.before = before

    def choose_cohort_size(self, problem):
        return 1000

    def train(self, jobs, hypermodel, *, problem, plan):
        for position, job in enumerate(jobs):
            self.before(len(jobs), position)
            if position and plan.hooks.time_is_up():
                return
            loss = 1.0 / (1 + job.trial)
            yield TrialResult(
                job.trial,
                "completed",
                epoch=4,
                score=loss,
                scores={"cross_entropy": loss},
                seconds=0.2 if job.trial == 0 else 0.0,
                fold_scores=(loss,) * 3,
                curves={"loss": [[loss] * 4] * 3},
            )


def test_a_cohort_is_cut_to_the_time_that_remains(make_tuner, problem, make_study, now):
    """A cohort takes half a second, and one second is reserved for the final training."""
    sizes = []

    def wait(jobs, position):
        if position == 0:
            sizes.append(jobs)
            now.seconds += 0.5

    settings = replace(FIVE_TRIALS, max_trials=60, max_seconds=6.0)
    tuner = make_tuner(settings=settings, trainer=UntrainedTrainer(wait))
    end = tuner.run(problem, make_study(max_trials=60))
    assert end.sentence == "all 60 trials have ended"
    assert sizes == [4, 36, 20]  # 4 in 0.5 s, so 36 in the 4.5 s that remain; then 20 are missing


@pytest.mark.parametrize("oracle", ["random", "tpe"])
def test_no_trial_follows_those_that_the_trainer_left_out_for_time(
    make_tuner, make_study, now, oracle
):
    """The best finished trial would need no time for its final training, but the time stays up."""

    def wait(jobs, position):
        if position == 2:
            now.seconds += 5.2

    settings = replace(FIVE_TRIALS, oracle=oracle, max_trials=40, max_seconds=6.0)
    study = make_study(oracle=oracle, max_trials=40)
    tuner = make_tuner(settings=settings, trainer=UntrainedTrainer(wait))
    assert (
        tuner.run(make_problem(), study).sentence
        == "the trials' share of 6 seconds was over after 2 trials"
    )
    proposed = [event["trial"] for event in study.journal.read("proposed")]
    assert [record.trial for record in tuner.records] == [0, 1]
    assert proposed == [0, 1, 2, 3]


class PlannedTrainer(UntrainedTrainer):
    """Trains one after another those that can end in time, at 2.5 seconds an epoch."""

    at_once = 1

    def train(self, jobs, hypermodel, *, problem, plan):
        for job in jobs:
            if not plan.hooks.begin(job) and self.begun:
                continue
            self.begun = True
            epochs = round(4 * job.hyperparameters.values.get("length", 1.0))
            for epoch in range(epochs):
                self.before(job, epoch)
                plan.hooks.on_epoch(job.trial, epoch + 1)
            (result,) = super().train([job], hypermodel, problem=problem, plan=plan)
            yield replace(result, seconds=2.5 * epochs)

    begun = False


@pytest.fixture
def search_planned(make_tuner, make_study, now):
    """Return a function that searches a space with planned schedules; an epoch takes 2.5 s."""

    def wait(jobs, position):
        if not isinstance(jobs, int):  # an epoch
            now.seconds += 2.5

    def search_planned(space=PLANNED, at_once=1, study=None, has_gained=None, **changes):
        settings = replace(FIVE_TRIALS, **{"max_trials": 40, "epochs": 4, **changes})
        study = study or make_study(epochs=4, max_trials=40, oracle=settings.oracle)
        trainer = PlannedTrainer(wait)
        trainer.at_once = at_once
        layout = FeatureLayout(FEATURES, FEATURES)
        hypermodel = TableHyperModel(make_space(space), layout=layout, classes=CLASSES, epochs=4)
        tuner = make_tuner(hypermodel, settings=settings, trainer=trainer)
        problem = make_problem()
        rules = [PatienceRule(has_gained, settings.patience_trials)] if has_gained else []
        end = tuner.run(problem, study, end_rules=rules)
        lengths = {
            event["trial"]: event["hyperparameters"]["length"]
            for event in study.journal.read("proposed")
        }
        return end, [record.trial for record in tuner.records], lengths

    return search_planned


@pytest.mark.parametrize("oracle", ["random", "tpe"])
def test_a_search_fills_its_time_with_trials_that_can_end_in_it(search_planned, oracle):
    end, ended, lengths = search_planned(oracle=oracle, max_seconds=70.0)
    assert end.sentence == f"70 seconds leave no time for another trial after {len(ended)} trials"
    assert sorted(lengths) == sorted(ended)  # each that was proposed
    # five seconds train the shortest, and some are for the final training
    assert 60 <= sum(10 * length for length in lengths.values()) < 70
    assert lengths[max(lengths)] == 0.5


def test_others_take_the_place_of_trials_for_which_no_time_was_left(search_planned):
    """The trainer trains one after another, unlike it says: half of the trials do not end."""
    end, ended, lengths = search_planned(oracle="tpe", max_seconds=70.0, at_once=2)
    assert end.sentence.endswith(f" after {len(ended)} trials")
    assert set(lengths) - set(ended)
    assert max(ended) > min(set(lengths) - set(ended))
    assert 55 <= sum(10 * lengths[trial] for trial in ended) < 70


def test_a_resumed_search_begins_with_the_trials_for_which_no_time_was_left(
    search_planned, make_study
):
    study = make_study(oracle="tpe", epochs=4, max_trials=40)
    search = partial(search_planned, study=study, at_once=2, oracle="tpe")
    _, ended, lengths = search(max_seconds=70.0)
    left = sorted(set(lengths) - set(ended))
    end, resumed, again = search(max_trials=len(lengths) + 1)
    assert end.sentence == f"all {len(lengths) + 1} trials have ended"
    assert resumed[: len(ended)] == ended
    assert sorted(resumed[len(ended) : -1]) == left
    assert again == lengths | {len(lengths): again[len(lengths)]}


def test_the_clock_of_a_resumed_search_knows_the_earlier_trials(
    search_planned, make_study, monkeypatch
):
    study, recalled = make_study(oracle="tpe", epochs=4, max_trials=40), []
    _, ended, _ = search_planned(study=study, oracle="tpe", max_trials=3)
    monkeypatch.setattr(Clock, "recall", lambda clock, result: recalled.append(result.trial))
    search_planned(study=study, oracle="tpe", max_trials=4)
    assert recalled == ended == [0, 1, 2]


@pytest.fixture
def cohorts(monkeypatch):
    """The trials that the planned trainer got, each time; it asks for more when all have ended."""
    train, cohorts = UntrainedTrainer.train, []

    def ask_for_more(self, jobs, hypermodel, *, problem, plan):
        while jobs:
            cohorts.append([job.trial for job in jobs])
            for job in filter(plan.hooks.begin, jobs):
                yield from train(self, [job], hypermodel, problem=problem, plan=plan)
            jobs = plan.hooks.ask_more()
        cohorts.append("end")

    monkeypatch.setattr(PlannedTrainer, "train", ask_for_more)
    return cohorts


def test_without_a_time_limit_planned_trials_go_by_cohorts(search_planned, cohorts):
    """So that a search is the same whichever trial ends first."""
    search_planned(oracle="tpe", at_once=2, max_trials=8)
    assert cohorts == [[0, 1, 2, 3], "end", [4, 5, 6, 7], "end"]


def test_a_trial_for_which_no_time_was_left_keeps_no_core(search_planned, cohorts, monkeypatch):
    answers = iter([True, False])  # the second has no time
    monkeypatch.setattr(Clock, "has_time_for", lambda clock, seconds: next(answers, True))
    search_planned(oracle="tpe", at_once=2, max_trials=5, max_seconds=1000.0)
    assert cohorts == [[0, 1], [2, 3], [4], "end", [5], "end"]  # 1 counts as none in the end


def test_trials_follow_one_another_up_to_a_look(search_planned, cohorts):
    limits = {"max_trials": 8, "max_seconds": 1000.0, "patience_trials": 3}
    search_planned(oracle="tpe", at_once=2, has_gained=lambda before, now: True, **limits)
    assert cohorts == [[0, 1], [2], "end", [3, 4], [5], "end", [6, 7], "end"]


def test_a_comparison_does_not_get_the_faster_ones_of_its_settings(search_planned):
    space = 'compare = "length"\n' + PLANNED
    end, ended, lengths = search_planned(space, oracle="random", max_seconds=70.0)
    assert end.sentence.startswith("70 seconds leave no time for another trial after ")
    assert len(ended) < len(lengths)
    assert [lengths[trial] for trial in range(4)].count(0.5) == 2


def test_the_clock_ends_running_trials_with_what_they_have_and_drops_the_others(
    make_tuner, make_study, monkeypatch
):
    calls = []

    def is_up(self):  # it is called after each epoch of a trial
        calls.append(None)
        return len(calls) > 30

    monkeypatch.setattr(Clock, "is_up", is_up)
    settings = replace(FIVE_TRIALS, max_trials=16, epochs=400, patience=400, max_seconds=1e6)
    tuner = make_tuner(make_mlp(SMALL, epochs=400), settings)  # a block for each depth
    tuner.run(make_problem(120), make_study(max_trials=16))
    assert 0 < len(tuner.records) < 16
    cut = [r for r in tuner.study.read_trials() if "ended by the clock" in r.result.reason]
    assert len(cut) > 0
    for record in cut:
        epochs = len(record.result.curves["loss"][0])
        assert record.result.reason == f"ended by the clock, in epoch {epochs}"
        assert record.completed
