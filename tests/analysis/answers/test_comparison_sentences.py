"""What a comparison says, sentence by sentence."""

from tuner.analysis.answers.comparison_sentences import describe_comparison
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.training.result import ENDED_BY_CLOCK

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
    return describe_comparison(study.evidence(), name)


def test_what_is_best_and_by_how_much_the_others_are_worse(made):
    assert told(made().add_depths({0: 1.0, 1: 0.0, 2: 0.5}, 8)) == (
        f"Depth 1 is best, and better than every other: {OF_TRIAL_1}.",
        "Depths 0 and 2 are worse, by 1.0000 and 0.5000.",
    )


def test_what_cannot_be_told_apart_from_the_best_and_the_smallest_of_them(made):
    study = made().add_depths({0: 1.0, 1: 0.0, 2: 0.001}, 8, sizes=(100, 900, 300))
    assert told(study) == (
        f"Depth 1 has the best score, {OF_TRIAL_1}; depth 2 cannot be told apart from it.",
        "Depth 0 is worse, by 1.0000.",
        "The smallest that cannot be told apart from the best is depth 2: 300 parameters, 3 times "
        "fewer than depth 1 with 900.",
    )


def test_nothing_can_be_told_apart(made):
    study = made().add_depths({0: 0.0, 1: 0.001, 2: 0.002}, 8, sizes=(100, 900, 3000))
    assert told(study) == (
        "Depths 0, 1 and 2 cannot be told apart.",
        f"By score, depth 0 is best: {INTERVAL}.",
        "This is also the smallest of them, with 100 parameters.",
    )


def test_few_trials_see_large_differences_only(made):
    assert told(made().add_depths({0: 0.0, 1: 0.001, 2: 0.002}, 2))[2:] == (TWO, more(30))


def test_too_few_trials_say_so_however_large_the_differences(made):
    for shifts in ({0: 0.0, 1: 0.001, 2: 0.002}, {0: 0.0, 1: 5.0, 2: 9.0}):
        assert told(made().add_depths(shifts, 1)) == (
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
    study = made().add_depths({0: 0.0, 1: 0.001}, 2).add({"depth": 0}, -0.1)
    assert told(study)[2] == (
        "The study's best, trial 4 with depth 0, is not compared: only the first 2 trials of each "
        "count, so that a setting gains nothing from having more."
    )


def test_the_best_trial_is_compared_where_others_of_its_setting_were_cut(made):
    cut = {"reason": f"{ENDED_BY_CLOCK}, in epoch 1"}
    study = made()
    for _ in range(2):
        study.add({"depth": 0}, 5.0, **cut).add({"depth": 1}, 1.0)
    study.add({"depth": 0}, 0.5).add({"depth": 0}, 0.0)
    assert not [sentence for sentence in told(study) if "is not compared" in sentence]


def test_how_to_get_more_trials_depends_on_the_study(made):
    study = made().add_depths({0: 0.0, 1: 0.001}, 1)
    del study.study.data["source"]
    assert told(study)[-1] == "Search with `max_trials=20` to learn more."
    space = "[network]\ndepth = { min = 0, max = 1 }\nunits = 8\n[sgd]\nlearning_rate = 0.1"
    study = made(space).add_depths({0: 0.0, 1: 0.001}, 1)
    assert told(study)[-1] == "The space has no more than these 2 trials."
    few = space.replace("units = 8", "units = [8, 16, 32]")
    study = made(few).add_depths({0: 0.0, 1: 0.001}, 1)
    assert " --max-trials 4` continues up to 4 trials." in told(study)[-1]  # as many as it has


def test_what_the_limit_of_epochs_ended_may_do_better_with_more(made):
    def says(epochs, patience, shifts, **settings):
        study = made(epochs=epochs, patience=patience, **settings)
        return " ".join(told(study.add_depths(shifts, 8)))

    one, two = {0: 1.0, 1: 0.0}, {0: 1.0, 1: 0.0, 2: 0.5}
    ended = "was still getting better in the last 1 of 2."
    assert f"Depth 0 may do better with more epochs: its best trial {ended}" in says(2, 1, one)
    assert "Depths 0 and 2 may do better with more epochs: their best trials " in says(2, 1, two)
    assert "more epochs" not in says(20, 10, one)  # their best epoch is the second
    assert "more epochs" not in says(2, 1, {0: 0.0, 1: 0.001})
    assert "more epochs" not in says(2, 1, one, oracle="hyperband")


def test_a_schedule_that_is_planned_for_all_epochs_needs_no_more(made):
    study = made(epochs=2, patience=1)
    for drawn in range(8):
        for depth, shift in ((0, 1.0), (1, 0.0)):
            study.add({"depth": depth, "schedule": "cosine"}, shift + 0.01 * drawn)
    assert "more epochs" not in " ".join(told(study))


def test_a_trial_that_the_time_limit_ended_stands_for_no_setting_that_has_another(made):
    cut = {"reason": f"{ENDED_BY_CLOCK}, in epoch 1"}
    study = made().add({"depth": 0}, 5.0, **cut).add({"depth": 1}, 1.0).add({"depth": 0}, 0.0)
    comparison = compare_hyperparameter(study.evidence(), "depth")
    assert [(each.value, each.trial, each.trials) for each in comparison.settings] == [
        (0, 2, 2),
        (1, 1, 1),
    ]
    alone = made().add({"depth": 0}, 5.0, **cut).add({"depth": 1}, 1.0)
    assert compare_hyperparameter(alone.evidence(), "depth").settings[1].trial == 0
