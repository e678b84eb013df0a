"""The first lines: what wins over what is exported, what is exported, and what does as well."""

from dataclasses import replace

import pytest

from tests.helpers.made_studies import add_ensemble
from tuner.analysis.answers import make_answers
from tuner.analysis.answers.headline import make_headline
from tuner.analysis.ensemble import Ensemble, Member
from tuner.analysis.significance import TTest

BEST = (
    "Exported is the best of 4 trials, trial 0 (depth 1): cross-entropy 1.000 ± 0.078, with 900 "
    "parameters."
)
SMALLEST = (
    "The smallest network within one standard error of the best is trial 1 (depth 2): "
    "cross-entropy 1.001 ± 0.077, with 100 parameters, 9 times fewer."
)
NEW_ROWS = "On new rows, expect a cross-entropy of 1.001 (95 % interval "


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
    told = says("loses", "loses", "loses")
    assert told[0] == BEST
    assert told[1].startswith(NEW_ROWS)
    assert told[1].endswith("): it is corrected for the choice among 4 completed trials.")
    assert told[2:] == (
        "A network is worth it: the exported network is better than logistic regression "
        "(cross-entropy 1.100; the difference is 0.10, between 0.06 and 0.14), gradient boosting "
        "(cross-entropy 1.200; the difference is 0.20, between 0.16 and 0.24) and the majority "
        "class (cross-entropy 1.500; the difference is 0.50, between 0.46 and 0.54).",
        SMALLEST,
    )


def test_a_baseline_that_wins_comes_first(says):
    told = says("loses", "wins", "wins", (1.5, 0.9, 0.8))
    assert told[0] == (
        "Gradient boosting is better than the exported network: cross-entropy 0.800 ± 0.050; the "
        "difference is 0.20, between 0.16 and 0.24. So is logistic regression (cross-entropy "
        "0.900; the difference is 0.10, between 0.06 and 0.14)."
    )
    assert told[1] == BEST
    assert told[3].startswith("The exported network is better than the majority class (")


def test_a_baseline_that_ties_cannot_be_told_apart(says):
    told = says("loses", "ties", "loses")
    assert told[2] == (
        "The exported network cannot be told apart from logistic regression: cross-entropy 1.100 ± "
        "0.050; corrected for the choice, what is exported is ahead by 0.10, between 0.06 and 0.14"
        ", which may be chance among several comparisons."
    )
    assert told[3].startswith("The exported network is better than gradient boosting (")
    assert not any("worth it" in sentence for sentence in told)


def test_a_tie_says_which_side_is_ahead_by_the_corrected_score(made, judged):
    study = made().add({"depth": 1})
    tie = judged("gradient boosting", 1.1, "ties")
    behind = replace(tie, difference=-0.10, interval=(-0.14, -0.06))
    for baseline, side in ((tie, "ahead"), (behind, "behind")):
        told = make_headline(study.evidence(baseline))
        assert told[-1].endswith(f"; what is exported is {side} by 0.10, between 0.06 and 0.14.")


def test_a_verdict_by_right_rows_says_so(made, judged):
    guess = judged("majority class", 1.1, "loses", difference=0.02, accuracy=0.6)
    guess = replace(guess, interval=(-0.02, 0.06), by_rows=True)
    told = make_headline(made().add({"depth": 1}).evidence(guess))
    assert told[-1] == (
        "A network is worth it: the exported network is better than the majority class (60.0 % of "
        "rows are right, cross-entropy 1.100; clearly fewer are, though the difference is 0.02, "
        "between -0.02 and 0.06)."
    )


def test_accuracy_stands_before_nats(made, judged):
    study = made().add({"depth": 1})
    evidence = study.evidence(judged("gradient boosting", 0.7, "wins", accuracy=0.982))
    best = replace(evidence.best, scores={"cross_entropy": 1.0, "accuracy": 0.95})
    told = make_headline(replace(evidence, picks=replace(evidence.picks, best=best)))
    assert told[0] == (
        "Gradient boosting is better than the exported network: 98.2 % of rows are right "
        "(cross-entropy 0.700 ± 0.050), against 95.0 %; the difference is 0.10, between 0.06 and "
        "0.14."
    )
    assert told[1] == (
        "Exported is the best of 1 trial, trial 0 (depth 1): 95.0 % of rows are right "
        "(cross-entropy 1.000 ± 0.078), with 100 parameters."
    )


def test_better_than_logistic_regression_and_no_better_than_depth_0_go_together(made, judged):
    def says(study):
        evidence = study.evidence(judged("logistic regression", 1.2, "loses"))
        return make_answers(evidence).headline[-2]

    assert says(made().add_depths({0: 0.001, 1: 0.0}, 8)) == (
        "That it is better than logistic regression need not be owed to hidden layers: of single "
        "networks, depth 0, which is a logistic regression too, cannot be told apart from the best."
    )
    linear = (
        "That it is better than logistic regression is not owed to hidden layers: it has none, and "
        "is a logistic regression too, trained in another way."
    )
    assert says(made().add_depths({0: 0.0, 1: 0.5}, 8)) == linear
    assert says(made().add_depths({0: 0.0, 1: 0.001}, 8)) == linear
    assert says(made().add_depths({0: 0.5, 1: 0.0}, 8)).startswith("A network is worth it: ")
    undecided = says(made().add_depths({0: 0.5, 1: 0.0}, 3))  # as far behind, in fewer trials
    assert undecided.startswith("A network is worth it: ")


def test_embeddings_of_numbers_at_depth_0_are_no_logistic_regression(made, judged):
    study = made()
    for time in range(8):
        for depth, shift in ((0, 0.001), (1, 0.0)):
            study.add({"depth": depth, "numbers": "periodic"}, shift + 0.01 * time)
    told = make_answers(study.evidence(judged("logistic regression", 1.2, "loses")))
    assert not any("is a logistic regression" in sentence for sentence in told.headline)
    assert "Nothing shows that hidden layers help: depth 0 cannot be told apart from the best." in (
        sentence for answer in told.answers for sentence in answer.sentences
    )


def test_a_network_without_hidden_layers_is_not_called_worth_it(made, judged):
    evidence = (
        made().add_depths({0: 0.0, 1: 0.5}, 8).evidence(judged("logistic regression", 1.2, "loses"))
    )
    told = make_answers(evidence).headline
    assert not any("worth it" in sentence for sentence in told)
    member = Member(0, 5, hyperparameters={}, derived={}, parameters=10, epoch=3)
    ensemble = Ensemble((member,), 50, 0.8, 0.05, 0.86, (0.7, 1.02), {}, {}, better=True)
    told = make_answers(add_ensemble(evidence, ensemble)).headline
    assert told[-2].endswith(
        "depth 0, which is a logistic regression too, is the best single network."
    )


def test_a_single_trial_needs_no_correction_and_is_compared_with_no_smaller_one(made):
    evidence = made().add({"depth": 0, "learning_rate": 0.1}).evidence()
    assert make_headline(evidence) == (
        "Exported is the best of 1 trial, trial 0 (depth 0, learning rate 0.1), which has no "
        "hidden layer: cross-entropy 1.000 ± 0.078, with 100 parameters.",
    )


def test_a_network_of_blocks_alone_has_hidden_layers(made):
    evidence = made().add({"blocks": 2, "depth": 0, "learning_rate": 0.1}).evidence()
    assert make_headline(evidence)[0] == (
        "Exported is the best of 1 trial, trial 0 (2 blocks, depth 0, learning rate 0.1): "
        "cross-entropy 1.000 ± 0.078, with 100 parameters."
    )


def test_an_ensemble_is_told_of_where_it_is_exported(made):
    evidence = made().add({"depth": 1, "learning_rate": 0.1}).evidence()
    members = tuple(
        Member(trial, n, hyperparameters={}, derived={}, parameters=10, epoch=3)
        for trial, n in ((4, 3), (0, 2))
    )
    ensemble = Ensemble(members, 50, 0.8, 0.05, 0.86, (0.7, 1.02), {}, {}, better=True)

    def says(p):
        tested = ensemble.add_test(TTest(-0.2, p, 0.05, 0.025))
        return make_headline(add_ensemble(evidence, tested))

    exported = (
        "Exported is the mean of five networks of trials 4 and 0: cross-entropy 0.800 ± 0.050. "
    )
    difference = "the difference is 0.20, between 0.15 and 0.25."
    assert says(0.01)[:2] == (
        f"{exported}It is better than the best network alone; {difference}",
        "The best single network is trial 0 (depth 1, learning rate 0.1): cross-entropy 1.000 ± "
        "0.078, with 100 parameters.",
    )
    assert says(0.06)[0] == (
        f"{exported}That it is better than the best network alone is likely, but not shown; "
        f"{difference}"
    )
    worse = replace(ensemble, better=False)
    assert make_headline(add_ensemble(evidence, worse)) == make_headline(evidence)


def test_baselines_are_held_against_the_ensemble_where_it_is_exported(made, judged):
    study = made().add({"depth": 1}).add({"depth": 2}, 0.1)
    evidence = study.evidence(judged("gradient boosting", 0.7, "wins"))
    members = (
        Member(0, 3, hyperparameters={}, derived={}, parameters=10, epoch=3),
        Member(1, 2, hyperparameters={}, derived={}, parameters=10, epoch=3),
    )
    ensemble = Ensemble(members, 50, 0.8, 0.05, 0.86, (0.7, 1.02), {}, {}, better=True)
    told = make_headline(add_ensemble(evidence, ensemble))
    assert told[0].startswith("Gradient boosting is better than the exported ensemble: ")
    assert not any("worth it" in sentence for sentence in told)


def test_where_classes_count_alike_no_share_of_rows_is_told(made, judged):
    study = made(objective="balanced_accuracy").add({"depth": 1})
    evidence = study.evidence(judged("gradient boosting", 0.7, "ties", accuracy=0.982))
    scores = {"balanced_accuracy": 0.6, "accuracy": 0.95}
    baseline = evidence.baselines[0]
    own = {**baseline.scores, "balanced_accuracy": baseline.scores["cross_entropy"]}
    told = make_headline(
        replace(
            evidence,
            picks=replace(evidence.picks, best=replace(evidence.best, scores=scores)),
            baselines=(replace(baseline, scores=own),),
        )
    )
    assert any("balanced accuracy 0.700" in sentence for sentence in told)
    assert not any("rows are right" in sentence for sentence in told)


def test_what_averaging_folds_gains_is_told_as_far_as_it_is_known(made):
    evidence = made().add({"depth": 1}).add({"depth": 0}, 0.5).evidence()
    member = Member(0, 1, hyperparameters={}, derived={}, parameters=10, epoch=3, folds=5)
    scores = {"cross_entropy": 0.8, "accuracy": 0.9}
    ensemble = Ensemble((member,), 50, 0.8, 0.05, 0.86, (0.7, 1.02), scores, {}, better=True)
    evidence = add_ensemble(evidence, ensemble)
    alone = "In that score each row was predicted by the networks of one fold"
    told = make_headline(evidence)
    assert told[0].endswith(f". {alone}: what averaging them gains is not in it.")
    assert evidence.exported_accuracy == 0.9
    averaging = {"cross_entropy": (-0.034, 0.002), "accuracy": (0.02, 0.01)}
    known = replace(evidence, picks=replace(evidence.picks, averaging=averaging))
    told = make_headline(known)
    assert told[0].endswith(
        f". {alone}; on the held-out rows what is exported is better than those on average, by "
        "0.0340 ± 0.0020."
    )
    assert told[1].endswith(
        ": it is corrected for the choice among 2 completed trials and with what averaging gains."
    )
    assert known.exported_accuracy == pytest.approx(0.92)
