"""The first lines: what is best, and whether a network is worth it beside the baselines."""

from dataclasses import replace

import pytest

from tuner.analysis.answers.headline import make_headline
from tuner.analysis.ensemble import Ensemble, Member

BEST = (
    "The best of 4 trials is trial 0 (depth 1): cross-entropy 1.000 ± 0.078, with 900 parameters."
)
CORRECTED = (
    "Corrected for the choice among 4 completed trials, its cross-entropy is 1.001 (95 % interval "
    "0.847 to 1.155)."
)
SMALLEST = (
    "The smallest network within one standard error of the best is trial 1 (depth 2): "
    "cross-entropy 1.001 ± 0.077, with 100 parameters, 9 times fewer."
)


@pytest.fixture
def says(made, judged):
    def headline_of(majority, logistic, boosting, scores=(1.5, 1.1, 1.2)):
        study = made()
        for drawn in range(2):
            study.add({"depth": 1}, 0.01 * drawn, parameters=900)
            study.add({"depth": 2}, 0.01 * drawn + 0.001)
        return make_headline(
            study.evidence(
                judged("majority class", scores[0], majority, 0.5),
                judged("logistic regression", scores[1], logistic),
                judged("gradient boosting", scores[2], boosting, 0.2),
            )
        )

    return headline_of


def test_a_network_that_is_better_than_all_baselines_is_worth_it(says):
    assert says("loses", "loses", "loses") == (
        BEST,
        CORRECTED,
        "A network is worth it: the best network (corrected for the choice) is better than "
        "logistic regression by 0.100 ± 0.020 (cross-entropy 1.100 ± 0.050), gradient boosting by "
        "0.200 ± 0.020 (cross-entropy 1.200 ± 0.050) and the majority class by 0.500 ± 0.020 "
        "(cross-entropy 1.500 ± 0.050).",
        SMALLEST,
    )


def test_a_baseline_that_wins_comes_first(says):
    told = says("loses", "wins", "wins", (1.5, 0.9, 0.8))
    assert told[0] == (
        "Gradient boosting is better than the best network (corrected for the choice): "
        "cross-entropy 0.800 ± 0.050, better by 0.200 ± 0.020. So is logistic regression "
        "(cross-entropy 0.900 ± 0.050) by 0.100 ± 0.020."
    )
    assert told[1] == BEST.replace("The best of", "The best network of")
    assert told[3] == (
        "The best network (corrected for the choice) is better than the majority class by "
        "0.500 ± 0.020 (cross-entropy 1.500 ± 0.050)."
    )


def test_a_baseline_that_ties_does_as_well(says):
    told = says("loses", "ties", "loses")
    assert told[2] == (
        "Logistic regression does as well as the best network (corrected for the choice): "
        "cross-entropy 1.100 ± 0.050, a difference of 0.100 ± 0.020."
    )
    assert told[3].startswith(
        "The best network (corrected for the choice) is better than gradient boosting by 0.200 ± "
    )
    assert not any("worth it" in sentence for sentence in told)
    assert says("ties", "ties", "ties")[4].startswith("The majority class does as well")


def test_a_single_trial_needs_no_correction_and_no_baselines_say_nothing(made):
    evidence = made().add({"depth": 0, "learning_rate": 0.1}).evidence()
    assert make_headline(evidence) == (
        "The best of 1 trial is trial 0 (depth 0, learning rate 0.1), which has no hidden layer: "
        "cross-entropy 1.000 ± 0.078, with 100 parameters.",
        "No clearly smaller network is within one standard error of the best.",
    )


def test_a_network_of_blocks_alone_has_hidden_layers(made):
    evidence = made().add({"blocks": 2, "depth": 0, "learning_rate": 0.1}).evidence()
    assert make_headline(evidence)[0] == (
        "The best of 1 trial is trial 0 (2 blocks, depth 0, learning rate 0.1): cross-entropy "
        "1.000 ± 0.078, with 100 parameters."
    )


def test_an_ensemble_is_told_of_where_it_is_better(made):
    evidence = made().add({"depth": 0, "learning_rate": 0.1}).evidence()
    members = tuple(Member(trial, n, {}, {}, 10, 3) for trial, n in ((4, 3), (0, 2)))
    ensemble = Ensemble(members, 50, 0.8, 0.05, 0.86, (0.7, 1.02), {}, {}, better=True)
    assert make_headline(replace(evidence, ensemble=ensemble))[1] == (
        "The exported ensemble is better, the mean of 5 networks of trials 4 and 0: "
        "cross-entropy 0.800 ± 0.050, corrected for the choice 0.860 (95 % interval "
        "0.700 to 1.020)."
    )
    worse = replace(ensemble, better=False)
    assert make_headline(replace(evidence, ensemble=worse)) == make_headline(evidence)


def test_baselines_are_held_against_the_ensemble_where_it_is_exported(made, judged):
    study = made().add({"depth": 1}).add({"depth": 2}, 0.1)
    evidence = study.evidence(judged("gradient boosting", 0.7, "wins"))
    members = (Member(0, 3, {}, {}, 10, 3), Member(1, 2, {}, {}, 10, 3))
    ensemble = Ensemble(members, 50, 0.8, 0.05, 0.86, (0.7, 1.02), {}, {}, better=True)
    told = make_headline(replace(evidence, ensemble=ensemble))
    assert told[0] == (
        "Gradient boosting is better than the ensemble (corrected for the choice): cross-entropy "
        "0.700 ± 0.050, better by 0.100 ± 0.020."
    )
    assert not any("worth it" in sentence for sentence in told)
