"""Brackets and rungs, against the arithmetic of Li et al. (2018)."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.helpers.problems import CLASSES, FEATURES, make_problem
from tests.helpers.spaces import make_space
from tests.search.test_oracles import FINITE, INFINITE, Untrained, ask, drive, score, tell
from tuner.model.mlp import MLPHyperModel
from tuner.scoring import OBJECTIVES
from tuner.search import ORACLES, KFoldTuner
from tuner.search.oracles import make_key
from tuner.study import SearchSettings, Study


@pytest.fixture
def make(tmp_path):
    def make(max_trials, epochs, objective="cross_entropy", space=INFINITE):
        oracle = ORACLES["hyperband"](
            make_space(space), OBJECTIVES[objective], max_trials=max_trials, epochs=epochs, seed=0
        )
        Untrained(oracle, directory=tmp_path, project_name=f"{len(list(tmp_path.iterdir()))}")
        return oracle

    return make


def rungs(proposed):
    """The epochs of the rungs, and how many trials each has; the last two brackets end in one."""
    counted = []
    for _, epochs in proposed:
        if counted and counted[-1][0] == epochs:
            counted[-1][1] += 1
        else:
            counted.append([epochs, 1])
    return [tuple(rung) for rung in counted]


def test_the_brackets_are_those_of_the_paper(make):
    """Its Table 1, for 81 epochs at most."""
    proposed = drive(make(207, epochs=81), 207)
    assert rungs(proposed) == [
        *[(1, 81), (3, 27), (9, 9), (27, 3), (81, 1)],
        *[(3, 34), (9, 11), (27, 3), (81, 1)],
        *[(9, 15), (27, 5), (81, 1)],
        *[(27, 8), (81, 2 + 5)],
        (1, 1),  # and from the beginning
    ]


@pytest.mark.parametrize(
    ("max_trials", "expected"),
    [
        (20, [(6, 9), (17, 3), (50, 1), (17, 5), (50, 1 + 1)]),
        (9, [(17, 3), (50, 1 + 2), (17, 3)]),
        (2, [(50, 2)]),
    ],
)
def test_the_first_bracket_has_room_in_the_search(make, max_trials, expected):
    assert rungs(drive(make(max_trials, epochs=50), max_trials)) == expected


@pytest.mark.parametrize("objective", ["cross_entropy", "accuracy"])
def test_the_best_third_of_a_rung_goes_on(make, objective):
    oracle = make(13, epochs=9, objective=objective)
    scores = {}
    while trials := ask(oracle, 13):
        for trial in trials:
            key = make_key(trial.hyperparameters.values)
            scores[key] = score(trial.hyperparameters.values)
            oracle.update_trial(trial.trial_id, {objective: scores[key]})
            trial.status = "COMPLETED"
            oracle.end_trial(trial)
    keys = [make_key(t.hyperparameters.values) for t in oracle.trials.values()]
    ranked = sorted(keys[:9], key=scores.get, reverse=objective == "accuracy")
    assert keys[9:] == [*ranked[:3], ranked[0]]


def test_a_rung_is_asked_for_at_once_and_the_next_when_it_has_ended(make):
    oracle = make(13, epochs=9)
    first = ask(oracle, 100)
    assert len(first) == 9
    for trial in first:
        assert ask(oracle, 1) == []
        tell(oracle, trial, score(trial.hyperparameters.values))
    assert len(ask(oracle, 100)) == 3


def test_no_configuration_is_trained_twice_for_the_same_epochs(make):
    proposed = drive(make(100, epochs=27), 100)
    counts = Counter((make_key(values), epochs) for values, epochs in proposed)
    assert set(counts.values()) == {1}
    assert len({key for key, _ in counts}) < 100


def test_failed_trials_are_not_promoted_and_do_not_stop_a_rung(make):
    proposed = drive(make(22, epochs=9), 22, lambda number, values: number < 7)
    assert rungs(proposed)[:3] == [(1, 9), (3, 2), (9, 1)]  # two of nine were left
    failed = [values for values, _ in proposed[:7]]
    assert all(values not in failed for values, _ in proposed[7:])


def test_a_rung_in_which_all_failed_ends_its_bracket(make):
    proposed = drive(make(22, epochs=9), 22, lambda number, values: number < 9)
    assert rungs(proposed)[:3] == [(1, 9), (3, 5), (9, 1 + 3)]


def test_a_space_that_is_exhausted_within_a_rung_has_its_best_promoted(make):
    """15 configurations: nine, then five in the second bracket, and one in the third."""
    proposed = drive(make(100, epochs=9, space=FINITE), 100)
    assert rungs(proposed) == [(1, 9), (3, 3), (9, 1), (3, 5), (9, 2)]
    proposed = drive(make(100, epochs=27, space=FINITE), 100)
    assert rungs(proposed) == [(1, 15), (3, 5), (9, 1), (27, 1)]


def test_a_study_that_goes_on_with_more_trials_keeps_its_brackets(make):
    oracle = make(4, epochs=9)
    drive(oracle, 4)
    oracle.max_trials = 10
    assert rungs(drive(oracle, 10)) == [(3, 3), (9, 1 + 2), (3, 3), (9, 1)]


def test_a_trial_is_trained_for_its_rungs_epochs_over_all_folds(tmp_path):
    problem = make_problem()
    settings = SearchSettings(
        max_trials=6, folds=3, epochs=3, test_size=0.0, oracle="hyperband", seed=3
    )

    def search(settings):
        hypermodel = MLPHyperModel(
            make_space(INFINITE), features=FEATURES, classes=CLASSES, epochs=settings.epochs
        )
        tuner = KFoldTuner(hypermodel, settings, directory=tmp_path)
        tuner.search(problem.x, problem.y, study="mine")
        return {record.trial: record for record in tuner.records}

    search(replace(settings, max_trials=4))
    records = search(settings)
    trained = [
        [len(curve) for curve in records[trial].result.curves["val_loss"]] for trial in range(6)
    ]
    assert trained == [[epochs] * 3 for epochs in (1, 1, 1, 3, 3, 3)]
    best = min(range(3), key=lambda trial: records[trial].result.score)
    assert records[3].hyperparameters == records[best].hyperparameters
    # a person sees the network's hyperparameters, and none of the oracle's own
    assert set(records[3].hyperparameters) <= {
        hyperparameter.name for hyperparameter in make_space(INFINITE).hyperparameters
    }
    for event in Study.open("mine", tmp_path).journal.read("proposed"):
        assert not any(name.startswith("tuner/") for name in event["hyperparameters"])
