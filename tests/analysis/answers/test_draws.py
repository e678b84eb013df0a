"""What the trials of a draw, which share a value, count as in a comparison of that value."""

from tuner.analysis.answers.draws import list_compared_trials
from tuner.analysis.answers.hyperparameter import hyperparameter_answer
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter

SPACE = """
compare = "depth"
[network]
depth = { min = 0, max = 2 }
units = [8, 16]
activation = "relu"
[sgd]
learning_rate = 0.1
nesterov = [false, true]
"""

CROSSED = SPACE.replace("max = 2", "max = 6").replace("units = [8, 16]", "units = 8")


def add_rounds(study, labels, lucky=()):
    """Add a round of all depths for each label; without hidden layers units do not act."""
    for number, nesterov in enumerate(labels):
        shift = -0.5 if number in lucky else 0.0
        for depth in range(3):
            units = {"units": 8} if depth else {}
            study.add({"depth": depth, **units, "nesterov": nesterov}, shift + 0.01 * depth)
    return study


def test_the_best_trial_of_a_draw_stands_for_all_its_settings(made):
    study = add_rounds(made(SPACE), [False, True, False], lucky=(2,))
    compared = list_compared_trials(study.evidence(), "nesterov")
    assert [record.trial for record in compared] == [0, 3, 6]
    assert len(list_compared_trials(study.evidence(), "depth")) == 9


def test_a_draw_in_which_the_hyperparameter_does_not_act_is_left_out(made):
    study = add_rounds(made(SPACE), [False, True])
    compared = list_compared_trials(study.evidence(), "units")
    assert [record.trial for record in compared] == [1, 4]


def test_trials_that_a_setting_drew_for_itself_count_each(made):
    study = add_rounds(made(SPACE), [False])
    study.add({"depth": 1, "units": 16, "nesterov": False})
    compared = list_compared_trials(study.evidence(), "nesterov")
    assert [record.trial for record in compared] == [0, 3]


def test_trials_that_differ_in_what_both_use_are_of_two_draws(made):
    study = made(SPACE).add({"depth": 0, "nesterov": False})
    study.add({"depth": 2, "units": 8, "nesterov": False}, 0.5)
    study.add({"depth": 1, "units": 16, "nesterov": False}, 0.5)
    compared = list_compared_trials(study.evidence(), "nesterov")
    assert [record.trial for record in compared] == [0, 2]


def test_where_all_configurations_were_tried_each_trial_counts(made):
    """Both values of the only other hyperparameter are one draw each, of all depths."""
    study = made(CROSSED)
    for depth in range(7):
        for nesterov in (False, True):
            study.add({"depth": depth, "nesterov": nesterov}, 0.01 * depth + 0.5 * (not nesterov))
    comparison = compare_hyperparameter(study.evidence(), "nesterov")
    assert (comparison.rounds, comparison.unit) == (7, "trial")
    assert comparison.not_told_apart == (True,)


def test_a_pruned_trial_stands_for_a_draw_before_one_that_failed(made):
    study = made(SPACE)
    study.add({"depth": 0, "nesterov": True}, status="failed")
    study.add({"depth": 1, "units": 8, "nesterov": True}, status="pruned")
    study.add({"depth": 2, "units": 8, "nesterov": False})
    compared = list_compared_trials(study.evidence(), "nesterov")
    assert [record.result.status for record in compared] == ["pruned", "completed"]


def test_two_lucky_draws_tell_no_other_hyperparameter_apart(made):
    labels = [False, True] * 4
    study = add_rounds(made(SPACE), labels, lucky=(1, 5))
    comparison = compare_hyperparameter(study.evidence(), "nesterov")
    assert comparison.rounds == 4
    assert comparison.not_told_apart == (True, False)
    assert [setting.trials for setting in comparison.settings] == [12, 12]
    answer = hyperparameter_answer(study.evidence(), "nesterov")
    assert answer.sentences[-2].startswith("The best of 4 draws of each is compared")
