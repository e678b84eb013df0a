"""What is said of settings that are neither told apart nor shown to do as well."""

from dataclasses import replace

import pytest

from tests.helpers.made_studies import DIVERGED
from tuner.analysis.answers.findings import Findings
from tuner.analysis.answers.one_sentence import answer_in_one_sentence
from tuner.analysis.answers.plain_sentences import describe_against
from tuner.analysis.pairs import Pair
from tuner.analysis.setting_records import Comparison, Setting

DROPOUT = """
compare = "dropout"
[network]
units = [8, 16]
[regularizer]
dropout = [0.0, 0.5]
"""
FEW_ROWS = "more trials would not tell, more rows may."


def test_what_may_be_far_behind_is_not_said_to_do_as_well(says):
    """Its interval reaches beyond a fifth of what the best gains over guessing."""
    right = {2: 0.97, 0: 0.96}
    unclear = says("depth", right, guessing=0.7)
    assert unclear.startswith("It cannot be told from these 120 rows: with two hidden layers 97.0 ")
    assert unclear.endswith(f"; {FEW_ROWS}")
    assert says("depth", right, guessing=9.0).startswith("No: on these rows it does as well ")


def test_others_that_may_be_far_behind_are_named_apart_from_those_that_more_trials_tell(says):
    right = {2: 0.97, 1: 0.965, 3: 0.96, 0: 0.6}
    assert says("depth", right, told=[0], still_open=[1], guessing=0.7).endswith(
        "; whether one hidden layer does as well cannot be told yet; more than two are not shown "
        "to do better."
    )
    assert says("depth", right, told=[0], guessing=0.7).endswith(
        "; whether one hidden layer does as well takes more rows to tell; more than two are not "
        "shown to do better."
    )


def test_what_a_few_rows_leave_unclear_is_said_of_every_question(says):
    for name, right in (
        ("units", {64: 0.97, 8: 0.96}),
        ("kind", {"l2": 0.97, "none": 0.96}),
        ("dropout", {0.3: 0.97, 0.0: 0.96}),
        ("momentum", {0.9: 0.97, 0.5: 0.96}),
    ):
        assert says(name, right, guessing=0.7).endswith(FEW_ROWS), name
        assert "cannot be told" not in says(name, right, guessing=9.0), name


def test_rows_are_not_asked_for_where_they_would_not_help(says):
    """A difference that is clear, or told of too few trials, or negligible wherever it is."""
    right = {2: 0.97, 0: 0.96}
    assert "more rows" not in says("depth", right, clear=[0], guessing=0.7)
    assert "more rows" not in says("depth", right, rounds=1, guessing=0.7)
    assert "more rows" not in says("depth", right, wide=0.004, guessing=0.101)


@pytest.mark.parametrize(
    ("guessing", "words"),
    [
        (1.5, "; whether it pays to widen the network takes more rows to tell."),
        (9.0, "; it does not pay to widen the network: 8 units do as well."),
    ],
)
def test_whether_a_wider_network_pays_may_take_more_rows_to_tell(made, judged, guessing, words):
    study = made(DROPOUT)
    for units in (8, 16):
        for dropout in (0.0, 0.5):
            study.add({"dropout": dropout, "units": units}, dropout)
    majority = judged("majority class", guessing, "loses", accuracy=0.5)
    evidence = replace(study.evidence(), guessing=majority)
    settings = [Setting(16, 8, 2, 1.0, (0.5, 1.5), 0.9), Setting(8, 8, 0, 1.1, (0.6, 1.6), 0.9)]
    pair = Pair(16, 8, -0.1, (-0.4, 0.2), p=0.5, adjusted_p=0.5, told_apart=False)
    evidence.comparisons["units"] = Comparison(8, tuple(settings), (pair,), (16, 8))
    settings = [Setting(0.0, 8, 0, 1.0, (0.5, 1.5), 0.9), Setting(0.5, 8, 1, 1.5, (1.0, 2.0), 0.9)]
    pair = Pair(0.0, 0.5, -0.5, (-0.6, -0.4), p=0.01, adjusted_p=0.01, told_apart=True)
    evidence.comparisons["dropout"] = Comparison(8, tuple(settings), (pair,), (0.0,))
    assert answer_in_one_sentence(evidence, "dropout").endswith(words)


def test_what_more_trials_tell_comes_before_what_more_rows_tell(says):
    right = {0.9: 0.97, 0.5: 0.96, 0.1: 0.95}
    sentence = says("momentum", right, still_open=[0.5], guessing=0.7)
    assert sentence.startswith("It cannot be told from 3 trials: with momentum 0.9 97.0 % of rows")


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ((0.000004, 0.000037), "0.00000 against 0.00004"),
        ((0.1004, 0.1001), "0.1004 against 0.1001"),
        ((0.1, 0.2), "0.100 against 0.200"),
        ((0.1, 0.1), "0.100 against 0.100"),
    ],
)
def test_scores_have_digits_that_tell_them_apart(made, scores, told):
    evidence = made().add({"depth": 0}).add({"depth": 1}).evidence()
    settings = tuple(Setting(n, 8, n, score, (0.0, 1.0), 1.0) for n, score in enumerate(scores))
    pair = Pair(0, 1, scores[0] - scores[1], (-0.05, 0.01), 0.5, 0.5, False)
    evidence.comparisons["depth"] = Comparison(8, settings, (pair,), (0, 1))
    findings = Findings(evidence, "depth")
    assert told in describe_against(findings, findings.tried[1])


def test_a_setting_that_never_trains_is_part_of_the_answer(made):
    study = made()
    for drawn in range(6):
        for rate in (0.01, 0.05):
            study.add({"learning_rate": rate}, 0.001 * drawn, accuracy=0.9)
        study.add({"learning_rate": 20.0}, **DIVERGED)
    answer = answer_in_one_sentence(study.evidence(), "learning_rate")
    assert answer.startswith("The learning rate is not shown to matter among those that train: ")
    assert answer.endswith("; with a learning rate of 20 or more all 6 trials failed.")


@pytest.mark.parametrize(
    ("failed", "words"),
    [
        ({0: 1}, "; without any hidden layer the only trial failed."),
        (
            {0: 2, 4: 1},
            "; without any hidden layer and with four hidden layers all 3 trials failed.",
        ),
    ],
)
def test_which_settings_failed_is_said_of_any_question(made, failed, words):
    study = made("[network]\ndepth = [0, 1, 2, 4]\nunits = 8\n[sgd]\nlearning_rate = 0.1")
    study.add_depths({1: 0.0, 2: 0.5}, 8)
    for depth, times in failed.items():
        for _ in range(times):
            study.add({"depth": depth}, **DIVERGED)
    assert answer_in_one_sentence(study.evidence(), "depth").endswith(words)


def test_a_setting_whose_trials_were_beaten_did_train(made):
    study = made()
    for drawn in range(6):
        for rate in (0.01, 0.05):
            study.add({"learning_rate": rate}, 0.001 * drawn, accuracy=0.9)
        study.add({"learning_rate": 20.0}, 3.0, status="pruned")
    answer = answer_in_one_sentence(study.evidence(), "learning_rate")
    assert answer.startswith("The learning rate is not shown to matter: ")
    assert "failed" not in answer


@pytest.mark.parametrize(
    ("best", "still_open", "words"),
    [
        (8, (), "; it does not pay to widen the network: 8 units do as well."),
        (8, (16,), "; whether it pays to widen the network cannot be told yet."),
        (16, (8,), "; whether it pays to widen the network cannot be told yet."),
    ],
)
def test_whether_widening_pays_is_open_while_a_width_is(made, best, still_open, words):
    study = made(DROPOUT)
    for units in (8, 16):
        for dropout in (0.0, 0.5):
            study.add({"dropout": dropout, "units": units}, dropout)
    evidence, other = study.evidence(), 24 - best
    settings = [Setting(best, 8, 2, 1.0, (0.5, 1.5)), Setting(other, 8, 0, 1.1, (0.6, 1.6))]
    pair = Pair(best, other, -0.1, (-0.4, 0.2), p=0.5, adjusted_p=0.5, told_apart=False)
    evidence.comparisons["units"] = Comparison(
        8, tuple(settings), (pair,), (best, other), still_open
    )
    settings = [Setting(0.0, 8, 0, 1.0, (0.5, 1.5)), Setting(0.5, 8, 1, 1.5, (1.0, 2.0))]
    pair = Pair(0.0, 0.5, -0.5, (-0.6, -0.4), p=0.01, adjusted_p=0.01, told_apart=True)
    evidence.comparisons["dropout"] = Comparison(8, tuple(settings), (pair,), (0.0,))
    assert answer_in_one_sentence(evidence, "dropout").endswith(words)
