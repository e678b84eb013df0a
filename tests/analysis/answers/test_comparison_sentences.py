"""What a comparison says, sentence by sentence."""

from tuner.analysis.answers.binning import bin_trials
from tuner.analysis.answers.comparison_sentences import compare_binned, describe_comparison
from tuner.analysis.answers.depth_and_width import any_answer, depth_answer, width_answer

INTERVAL = "cross-entropy 1.000 (95 % interval 0.847 to 1.153)"
OF_TRIAL_1 = "cross-entropy 1.000 (95 % interval 0.848 to 1.152)"
TOO_FEW = (
    "There are too few trials to tell depths 0, 1 and 2 apart: only one trial of each is compared, "
    "because some have no more."
)
TWO = "The best of 2 trials of each is compared, so only large differences can be seen."


def more(trials):
    return f"`python -m tuner resume made --max-trials {trials}` continues up to {trials} trials."


def told(study, name="depth"):
    evidence = study.evidence()
    binning = bin_trials(evidence, name)
    return describe_comparison(evidence, name, binning, compare_binned(evidence, binning))


def trials_of(study, shifts, times, sizes=(100, 100, 100)):
    """Add `times` trials of each depth, each a bit worse than the one before."""
    for time in range(times):
        for depth, shift in shifts.items():
            study.add({"depth": depth}, shift + 0.01 * time, parameters=sizes[depth])
    return study


def test_what_is_best_and_by_how_much_the_others_are_worse(made):
    assert told(trials_of(made(), {0: 1.0, 1: 0.0, 2: 0.5}, 5)) == (
        f"Depth 1 is best, and better than every other: {OF_TRIAL_1}.",
        "Depths 0 and 2 are worse, by 1.000 and 0.500.",
    )


def test_what_cannot_be_told_apart_from_the_best_and_the_smallest_of_them(made):
    study = trials_of(made(), {0: 1.0, 1: 0.0, 2: 0.001}, 5, sizes=(100, 900, 300))
    assert told(study) == (
        f"Depth 1 has the best score, {OF_TRIAL_1}; depth 2 cannot be told apart from it.",
        "Depth 0 is worse, by 1.000.",
        "The smallest that cannot be told apart from the best is depth 2: 300 parameters, 3 times "
        "fewer than depth 1 with 900.",
    )


def test_nothing_can_be_told_apart(made):
    study = trials_of(made(), {0: 0.0, 1: 0.001, 2: 0.002}, 5, sizes=(100, 900, 3000))
    assert told(study) == (
        "Depths 0, 1 and 2 cannot be told apart.",
        f"By score, depth 0 is best: {INTERVAL}.",
        "This is also the smallest of them, with 100 parameters.",
    )


def test_few_trials_see_large_differences_only(made):
    assert told(trials_of(made(), {0: 0.0, 1: 0.001, 2: 0.002}, 2))[2:] == (TWO, more(30))


def test_too_few_trials_say_so_however_large_the_differences(made):
    for shifts in ({0: 0.0, 1: 0.001, 2: 0.002}, {0: 0.0, 1: 5.0, 2: 9.0}):
        assert told(trials_of(made(), shifts, 1)) == (
            TOO_FEW,
            f"By score, depth 0 is best: {INTERVAL}.",
            more(30),
        )


def test_one_setting_alone_and_what_became_of_the_others(made):
    study = made().add({"depth": 2}, status="pruned").add({"depth": 1}, 0.0)
    study.add({"depth": 0}, status="failed").add({"depth": 0}, status="pruned")
    assert told(study) == (
        f"Only depth 1 has a completed trial to compare: {OF_TRIAL_1}.",
        "Depth 0 is not compared: no trial was completed (1 pruned, 1 failed).",
        "The only trial with depth 2 was pruned, because another was clearly better.",
        more(30),
    )


def test_a_setting_whose_share_was_not_completed(made):
    study = made().add({"depth": 0}, status="failed").add({"depth": 1}).add({"depth": 2}, 0.1)
    study.add({"depth": 0}).add({"depth": 2}, 0.2)
    assert (
        "Depth 0 is not compared: the first trial was not completed, and later ones do not count."
    ) in told(study)


def test_the_best_trial_may_be_beyond_the_share(made):
    study = trials_of(made(), {0: 0.0, 1: 0.001}, 2).add({"depth": 0}, -0.1)
    assert told(study)[2] == (
        "The study's best, trial 4 with depth 0, is not compared: only the first 2 trials of each "
        "count, so that a setting gains nothing from having more."
    )


def test_how_to_get_more_trials_depends_on_the_study(made):
    study = trials_of(made(), {0: 0.0, 1: 0.001}, 1)
    del study.study.data["source"]
    assert told(study)[-1] == "Search with `max_trials=20` to learn more."
    space = "[network]\ndepth = { min = 0, max = 1 }\nunits = 8\n[sgd]\nlearning_rate = 0.1"
    study = trials_of(made(space), {0: 0.0, 1: 0.001}, 1)
    assert told(study)[-1] == "The space has no more than these 2 trials."


def test_whether_hidden_layers_help_at_all(made):
    def says(shifts):
        return depth_answer(trials_of(made(), shifts, 5).evidence()).sentences

    assert says({0: 0.5, 1: 0.0, 2: 0.001})[-1] == (
        "Hidden layers help: without them the score is worse by 0.500 (95 % interval 0.474 to "
        "0.526)."
    )
    assert says({0: 0.001, 1: 0.0})[-1] == (
        "Nothing shows that hidden layers help: depth 0, a logistic regression, cannot be told "
        "apart from the best."
    )
    assert says({0: 0.0, 1: 0.5})[-1] == (
        "Nothing shows that hidden layers help: depth 0, the best, is a logistic regression."
    )
    assert not any("idden" in sentence for sentence in says({1: 0.0, 2: 0.5}))


def test_depth_0_behind_blocks_is_no_logistic_regression(made):
    def says(*shifts):
        study = made()
        for time in range(5):
            for depth, shift in enumerate(shifts):
                study.add({"blocks": 2, "depth": depth}, shift + 0.01 * time)
        return depth_answer(study.evidence()).sentences

    assert says(0.0, 0.5)[-1] == (
        "Nothing shows that hidden layers after the convolutional blocks help."
    )
    assert says(0.001, 0.0)[-1] == (
        "Nothing shows that hidden layers help: depth 0 cannot be told apart from the best."
    )


def test_deep_against_wide_at_equal_parameters(made):
    study = made()
    for drawn in range(5):
        for depth, units in ((1, 300), (2, 90)):
            values = {"depth": depth, "parameters": 20000}
            study.add(values, 0.5 * (depth - 1) + 0.01 * drawn, derived={"units": units})
    answer = depth_answer(study.evidence())
    assert answer.title == "Is it better to go deep or wide?"
    assert answer.sentences == (
        f"Depth 1 is best, and better than every other: {INTERVAL}.",
        "Depth 2 is worse, by 0.500.",
        "All have about 20,000 parameters: each hidden layer has 300 units at depth 1 and 90 units "
        "at depth 2.",
    )
    assert [point.x for point in answer.points] == [1] * 5 + [2] * 5


def test_how_wide(made):
    study = made("[network]\nunits = { min = 8, max = 64, step = 8, log = true }")
    for drawn in range(5):
        for units in (64, 8):
            study.add({"units": units}, 0.01 * drawn + units / 1e5, parameters=100 * units)
    answer = width_answer(study.evidence())
    assert answer.sentences == (
        "8 and 64 units cannot be told apart.",
        f"By score, 8 units are best: {OF_TRIAL_1}.",
        "This is also the smallest of them, with 800 parameters.",
    )
    assert answer.log
    assert answer.settings.not_told_apart == (8, 64)


def test_any_other_hyperparameter_does_not_decide_the_size(made):
    study = made()
    for trial in range(20):
        rate = 10 ** (-3 + 0.15 * trial)
        study.add(
            {"depth": 1, "learning_rate": rate},
            0.5 * (trial >= 10) + 1e-6 * trial,
            parameters=100 + trial,
        )
    answer = any_answer(study.evidence(), "learning_rate")
    assert answer.title == "Which learning rate is best?"
    assert answer.sentences[0] == (
        f"Learning rate below 0.0052 has the best score, {INTERVAL}; learning rate 0.0052 to "
        "0.027 cannot be told apart from it."
    )
    assert answer.sentences[1] == (
        "Learning rates 0.027 to 0.14 and 0.14 or more are worse, by 0.5000 and 0.5000."
    )
    assert not any("parameters" in sentence for sentence in answer.sentences)
