"""The answer in one sentence to each kind of question: yes, no, or how many trials more."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tuner.analysis.answers import make_answers, make_own_answer
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.answers.more_trials import say_more_trials
from tuner.analysis.answers.one_sentence import answer_in_one_sentence
from tuner.analysis.answers.plain_sentences import describe_others
from tuner.analysis.pairs import Pair
from tuner.analysis.setting_records import Comparison, Setting


def say(evidence, name, comparison):
    """Say the answer of a comparison that is made."""
    evidence.comparisons[name] = comparison
    return answer_in_one_sentence(evidence, name)


def answer(study):
    evidence = study.evidence()
    sentence = make_own_answer(evidence)
    assert make_answers(evidence).answer == sentence
    return sentence


def test_deeper_is_better(made):
    sentence = answer(made().add_depths({0: 0.5, 1: 0.2, 2: 0.0}, 8))
    assert re.fullmatch(
        r"Yes\. With two hidden layers the cross-entropy is 1\.000, without any 1\.500; the "
        r"difference is 0\.500, between 0\.49\d and 0\.50\d\.",
        sentence,
    )


def test_one_hidden_layer_is_enough(made):
    sentence = answer(made().add_depths({0: 0.5, 1: 0.001, 2: 0.0}, 8))
    assert sentence.startswith("Yes. With two hidden layers")
    assert sentence.endswith("; one hidden layer does as well on these rows.")


@pytest.mark.parametrize("verdict", ["ties", "wins"])
def test_where_nothing_is_learned_no_setting_is_recommended(made, judged, verdict):
    evidence = made().add_depths({0: 0.5, 1: 0.2, 2: 0.0}, 8).evidence()
    guessing = judged("majority class", 0.98, verdict, accuracy=0.5)
    sentence = make_own_answer(replace(evidence, guessing=guessing))
    assert sentence == (
        "No network is shown to do better than guessing, whatever the depth: with two hidden "
        "layers the cross-entropy is 1.000, with guessing 0.980; corrected for the choice, what is "
        "exported comes to 1.000, 95 % interval 0.846 to 1.154."
    )
    assert len(compare_hyperparameter(evidence, "depth").not_told_apart) == 1
    nothing = replace(evidence, guessing=guessing)
    comparison = compare_hyperparameter(nothing, "depth")
    assert set(comparison.not_told_apart) == {0, 1, 2}
    assert not comparison.open
    assert not any(pair.told_apart for pair in comparison.pairs)
    assert make_own_answer(
        replace(evidence, guessing=judged("majority class", 1.6, "loses", accuracy=0.5))
    ).startswith("Yes. ")


def test_more_trials_are_promised_for_what_the_space_compares_alone(made):
    study = made()
    for rate in (0.1, 0.01):
        for depth, shift in ((0, 0.03), (1, 0.0)):
            study.add({"depth": depth, "learning_rate": rate}, shift + rate)
    evidence = study.evidence()
    assert "more trials would" in answer_in_one_sentence(evidence, "depth")
    assert answer_in_one_sentence(evidence, "learning_rate").startswith("It cannot be told from ")
    assert "more trials" not in answer_in_one_sentence(evidence, "learning_rate")


def test_guessing_is_described_by_the_rows_that_are_right(made, judged):
    setting = Setting("l2", 8, 0, 0.703, (0.0, 1.0), 0.517)
    evidence = made().add({"kind": "l2"}).add({"kind": "none"}).evidence()
    guessing = judged("majority class", 0.693, "ties", accuracy=0.502)
    comparison = Comparison(8, (setting, replace(setting, value="none", trial=1)), (), ("l2",))
    assert say(replace(evidence, guessing=guessing), "kind", comparison) == (
        "No network is shown to do better than guessing, whatever the kind of regularizer: with L2 "
        "51.7 % of rows are right, by guessing the most frequent class 50.2 % (cross-entropy 0.703 "
        "against 0.693; corrected for the choice, what is exported comes to 1.001, 95 % interval "
        "0.847 to 1.155)."
    )
    by_accuracy = made(objective="accuracy").add({"kind": "l2"}).add({"kind": "none"}).evidence()
    assert re.search(
        r"most frequent class 50\.2 % \(corrected for the choice, what is exported comes to ",
        say(replace(by_accuracy, guessing=guessing), "kind", comparison),
    )


def test_deeper_is_worse(made):
    sentence = answer(made().add_depths({0: 0.0, 1: 0.5}, 8))
    assert sentence.startswith("No: without any hidden layer the cross-entropy is 1.000, with one ")


def test_deeper_is_no_better(made):
    sentence = answer(made().add_depths({0: 0.001, 1: 0.0}, 8))
    assert sentence.startswith(
        "No: on these rows it does as well without any hidden layer, as far as can be told; "
    )


def test_what_cannot_be_told_says_what_more_trials_take(made):
    sentence = answer(made().add_depths({0: 0.5, 1: 0.0}, 3))  # too few to know what luck is
    assert sentence.startswith(
        "It cannot be told from 6 trials, only three of each setting: with one hidden layer "
    )
    # six rounds of two depths are the fewest that tell anything
    assert sentence.endswith(
        "; about 6 more trials would, in 1 s: python -m tuner resume made --max-trials 12."
    )


def make_long_trials(made):
    """Make the evidence of six trials of two depths, each of which took 20 s."""
    study = made()
    for drawn in range(3):
        study.add({"depth": 0}, 0.5 + 0.01 * drawn, seconds=20.0)
        study.add({"depth": 1}, 0.01 * drawn, seconds=20.0)
    return study.evidence()


def test_more_trials_of_a_study_with_a_time_limit_come_with_one_in_which_they_end(made):
    evidence = replace(make_long_trials(made), max_seconds=60.0)
    assert make_own_answer(evidence).endswith(" --max-trials 12 --max-seconds 180.")
    assert "--max-trials 20 --max-seconds 340`" in say_more_trials(evidence)


def test_the_time_of_more_trials_is_that_of_trials_beside_each_other(made):
    """Six trials took 60 s, each 20 s of its own, because two trained at a time."""
    evidence = make_long_trials(made)
    assert "6 more trials would, in 2 min: " in make_own_answer(evidence)
    assert "6 more trials would, in 1 min: " in make_own_answer(replace(evidence, searching=60.0))


def test_no_more_trials_are_asked_for_than_the_space_has(made):
    study = made("[network]\ndepth = [0, 1]\n[sgd]\nlearning_rate = [0.1, 0.2, 0.3]")
    study.add({"depth": 0, "learning_rate": 0.1}).add({"depth": 1, "learning_rate": 0.1})
    settings = tuple(Setting(depth, 8, depth, 0.1, (0.0, 1.0), 0.9) for depth in (1, 0))
    pair = Pair(1, 0, -0.1, (-0.5, 0.3), 0.5, 0.5, False)
    comparison = Comparison(8, settings, (pair,), (1, 0), (0,), (0.1,))
    sentence = say(study.evidence(), "depth", comparison)
    assert "; about 4 more trials would, in " in sentence
    assert sentence.endswith(" --max-trials 6.")


def test_one_setting_cannot_be_compared(made):
    sentence = answer(made().add({"depth": 1}))
    assert sentence.startswith(
        "It cannot be told from 1 trial, because only one setting was completed: with one hidden "
    )


def test_the_objects_of_json_have_values_of_their_own_type(made):
    answers = make_answers(made().add_depths({0: 0.5, 1: 0.0}, 8).evidence())
    first = answers.answers[0].to_dict(maximise=False)
    assert list(first) == ["hyperparameter", "best", "not_told_apart", "settings", "sentence"]
    assert (first["hyperparameter"], first["best"], first["not_told_apart"]) == ("depth", 1, [1])
    assert [setting["value"] for setting in first["settings"]] == [1, 0]
    names = ["value", "trials", "trial", "score", "interval", "accuracy"]
    assert list(first["settings"][0]) == names
    assert first["sentence"] == answers.answer


PAIR = "(cross-entropy 0.100 against 1.100; the difference is 1.00, between 0.50 and 1.50)"
LAST = "(cross-entropy 0.100 against 2.100; the difference is 2.00, between 1.50 and 2.50)"


def test_the_score_decides_where_more_right_rows_are_behind(made):
    settings = (Setting(0, 8, 0, 0.324, (0.0, 1.0), 0.875), Setting(1, 8, 1, 0.343, None, 0.879))
    pair = Pair(0, 1, -0.019, (-0.05, 0.01), 0.5, 0.5, False)
    comparison = Comparison(8, settings, (pair,), (0, 1))
    evidence = made().add({"depth": 0}).add({"depth": 1}).evidence()
    assert say(evidence, "depth", comparison) == (
        "No: without any hidden layer 87.5 % of rows are right, with one 87.9 % (the cross-entropy "
        "decides: 0.324 against 0.343; the difference is 0.02, between -0.01 and 0.05)."
    )


def test_the_score_decides_where_equal_shares_of_rows_are_right(says):
    decides = PAIR.replace("(cross-entropy", "(the cross-entropy decides:")
    assert says("depth", {3: 0.9979, 0: 0.9979}, told=[0]) == (
        f"Yes. With three hidden layers 99.8 % of rows are right, without any 99.8 % {decides}."
    )


def test_where_the_best_depth_is_the_fewest_that_does_more_are_no_better(says):
    more = " are not shown to do better."
    assert says("depth", {1: 0.98, 2: 0.97, 0: 0.44}, told=[0]).endswith(f"; more than one{more}")
    assert says("depth", {2: 0.98, 3: 0.97, 1: 0.9, 0: 0.44}, told=[0, 1]).endswith(
        f"; more than two{more}"
    )
    assert not says("depth", {1: 0.98, 0: 0.44}, told=[0]).endswith(more)
    assert not says("depth", {2: 0.98, 1: 0.97, 3: 0.96, 0: 0.44}, told=[0]).endswith(more)


def test_depth_names_the_fewest_layers_that_do(says):
    assert says("depth", {4: 0.99, 2: 0.985, 0: 0.61}, told=[0]) == (
        f"Yes. With four hidden layers 99 % of rows are right, without any 61 % {LAST}; two hidden "
        "layers do as well on these rows (98.5 %)."
    )


def test_fewer_layers_may_have_more_right_rows(made):
    scored = [(2, 0.1, 0.96), (1, 0.101, 0.965), (0, 2.1, 0.61)]
    settings = tuple(Setting(n, 8, n, score, (0.0, 9.0), right) for n, score, right in scored)
    pairs = (Pair(2, 1, 0.0, (-0.1, 0.1), 0.9, 0.9, False), Pair(2, 0, -2.0, (-3, -1), 0, 0, True))
    evidence = made().add({"depth": 0}).add({"depth": 1}).add({"depth": 2}).evidence()
    assert say(evidence, "depth", Comparison(8, settings, pairs, (2, 1))).endswith(
        "; one hidden layer does as well on these rows (96.5 %; the cross-entropy decides)."
    )


def test_deep_or_wide(says):
    at = {"others": {"parameters": 20000}, "derived": {1: 266, 4: 70}}
    assert says("depth", {4: 0.99, 1: 0.95}, told=[1], **at) == (
        "Deep: with four hidden layers of 70 units 99 % of rows are right, with one of 266 units "
        f"95 % {PAIR}."
    )
    assert says("depth", {1: 0.99, 4: 0.95}, told=[4], **at).startswith(
        "Wide: with one hidden layer of 266 units 99 % of rows are right, with four of 70 units"
    )
    assert says("depth", {4: 0.99, 1: 0.99}, **at).startswith(
        "Neither: on these rows it does as well with one hidden layer of 266 units, as far as "
    )
    assert says("depth", {4: 0.99, 1: 0.99}, still_open=[1], **at).startswith("It cannot be told")


def test_width(says):
    assert says("units", {64: 0.97, 32: 0.968, 8: 0.9}, told=[8]) == (
        f"32 units or more: with 64 units 97 % of rows are right, with 8 units 90 % {LAST}."
    )
    assert says("units", {64: 0.97, 8: 0.96}).startswith(
        "On these rows 8 units do as well, as far as can be told: with 64 units 97.0 % of rows"
    )
    assert says("units", {8: 0.97, 64: 0.96}).startswith("8 units are enough: with 8 units 97.0 %")
    assert says("units", {1: 0.97, 64: 0.96}).startswith("1 unit is enough: ")
    assert says("units", {64: 0.97, 1: 0.96}).startswith("On these rows 1 unit does as well, ")
    many = says("units", {64: 0.97, 8: 0.96, 512: 0.9, 1024: 0.8}, told=[512, 1024])
    assert many.endswith("; 512 and 1,024 units do worse.")
    assert says("units", {64: 0.97, 8: 0.9}, still_open=[8]).startswith("It cannot be told from ")
    assert says("units", {16: 0.97, 8: 0.96, 64: 0.9}, told=[64], still_open=[8]) == (
        f"16 units are best: with 16 units 97 % of rows are right, with 64 units 90 % {LAST}; "
        "whether 8 units do as well cannot be told yet."
    )
    assert says("units", {32: 0.97, 16: 0.968, 8: 0.9, 64: 0.8}, told=[8, 64]).startswith(
        "16 and 32 units: with 32 units 97 % of rows are right, with 8 units 90 % "
    )


def test_a_difference_whose_interval_has_no_zero_in_it_may_be_chance(says):
    """The sentence says why it is not told, beside numbers that seem to tell it."""
    l2 = {"l2": 0.97, "none": 0.9}
    assert says("kind", l2, clear=["none"], still_open=["none"]).startswith(
        "It cannot be told from 2 trials: with L2 97 % of rows are right, without a regularizer 90 "
        "% (cross-entropy 0.100 against 1.100; the difference is 1.00, between 0.50 and 1.50, "
        "which may be chance with 8 trials of each)"
    )
    many = {64: 0.97, 32: 0.96, 8: 0.9}
    assert says("units", many, clear=[8], p=0.04) == (  # all configurations were tried
        "On these rows 8 units do as well, as far as can be told: with 64 units 97 % of rows are "
        "right, with 8 units 90 % (cross-entropy 0.100 against 2.100; the difference is 2.00, "
        "between 1.50 and 2.50, which may be chance among three settings)."
    )


def test_the_fewest_layers_that_do_as_well_are_said_beside_fewer_that_may(says):
    right = {4: 0.999, 3: 0.999, 2: 0.998, 1: 0.99, 0: 0.6}
    assert says("depth", right, told=[0], still_open=[1, 3]).endswith(
        "; two hidden layers do as well on these rows (99.8 %); whether one hidden layer does as "
        "well cannot be told yet."
    )
    assert says("depth", {1: 0.999, 4: 0.999, 0: 0.6}, told=[0], still_open=[4]).endswith(
        f" 60.0 % {LAST}; more than one are not shown to do better."
    )


def test_what_is_open_beside_the_simplest_is_said(says):
    assert says("depth", {0: 0.97, 1: 0.96, 2: 0.9}, still_open=[2]).endswith(
        "; whether two hidden layers do as well cannot be told yet."
    )
    assert says("units", {8: 0.97, 64: 0.96}, still_open=[64]).endswith(
        "; whether 64 units do as well cannot be told yet."
    )


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("depth", {0: 0.97, 1: 0.96, 2: 0.9}),
        ("units", {8: 0.97, 64: 0.96}),
        ("kind", {"none": 0.97, "l2": 0.9}),
    ],
)
def test_a_few_trials_do_not_say_that_the_simplest_is_enough(says, name, right):
    _, *others = right
    said = says(name, right, still_open=others, rounds=2)
    assert said.startswith(f"It cannot be told from {len(right)} trials, only two of each setting:")
    assert not says(name, right, still_open=others).startswith("It cannot be told")


def test_regularizers(says):
    assert says("kind", {"l2": 0.97, "max_norm": 0.965, "none": 0.9}, told=["none"]) == (
        f"L2 helps: with L2 97 % of rows are right, without a regularizer 90 % {LAST}; max-norm "
        "does as well on these rows (96.5 %)."
    )
    assert says("kind", {"l2": 0.97, "none": 0.97}).startswith(
        "No regularizer is shown to help: with L2 97 %"
    )
    assert says("kind", {"none": 0.97, "l2": 0.9}, told=["l2"]).startswith(
        "No regularizer helps: without a regularizer 97 % of rows are right, with L2 90 %"
    )
    assert says("kind", {"l2": 0.97, "none": 0.9}, still_open=["none"]).startswith(
        "It cannot be told"
    )
    assert says("kind", {"l2": 0.97, "l1": 0.9}, told=["l1"]).startswith("L2 is best: with L2 97 %")


def test_dropout(says):
    assert says("dropout", {0.3: 0.97, 0.0: 0.9}, told=[0.0]) == (
        f"A dropout rate of 0.3 helps: with a dropout rate of 0.3 97 % of rows are right, without "
        f"dropout 90 % {PAIR}."
    )
    assert says("dropout", {0.3: 0.97, 0.0: 0.97}).startswith("Dropout is not shown to help: ")


@pytest.mark.parametrize(
    ("wider", "words"),
    [
        (0.0, "; it does not pay to widen the network: 8 units do as well."),
        (-0.5, "; it pays to widen the network: 16 units do better than 8 units."),
    ],
)
def test_dropout_says_whether_a_wider_network_pays(made, wider, words):
    study = made("""
        compare = "dropout"
        [network]
        units = [8, 16]
        [regularizer]
        dropout = [0.0, 0.5]
    """)
    for drawn in range(16):
        units = (8, 16)[drawn % 2]
        for dropout in (0.0, 0.5):
            shift = 0.001 * drawn + dropout + (wider if units == 16 else 0.0)
            study.add({"dropout": dropout, "units": units}, shift)
    sentence = answer(study)
    assert sentence.startswith("Dropout does not help: without dropout the cross-entropy is ")
    assert sentence.endswith(words)


def test_batch_size_comes_with_the_rate_it_was_best_with(made):
    study = made("[sgd]\nlearning_rate = { min = 0.001, max = 1.0 }\nbatch_size = [16, 256]")
    for drawn in range(8):
        for size in (16, 256):
            rate = 0.01 * (drawn + 1)
            study.add({"batch_size": size, "learning_rate": rate}, 0.01 * drawn + size / 500)
    answers = {each.hyperparameters[-1]: each for each in make_answers(study.evidence()).answers}
    assert answers["batch_size"].sentence.startswith(
        "Batch size 16, with learning rate 0.01, is best: with batch size 16 the cross-entropy is "
    )


def test_any_other_hyperparameter(says):
    assert says("momentum", {0.9: 0.97, 0.5: 0.9}, told=[0.5]) == (
        f"Momentum 0.9 is best: with momentum 0.9 97 % of rows are right, with momentum 0.5 90 % "
        f"{PAIR}."
    )
    assert says("momentum", {0.9: 0.97, 0.5: 0.96}).startswith(
        "The momentum is not shown to matter: with "
    )
    assert says("momentum", {0.9: 0.97, 0.5: 0.9}, still_open=[0.5]).startswith("It cannot be told")


def test_a_space_that_compares_strengths_has_an_answer(made):
    study = made(
        'compare = "strength"\n[regularizer]\nkind = "l2"\nstrength = [1e-4, 1e-3]\n'
        "[sgd]\nlearning_rate = { min = 0.001, max = 1.0, log = true }\n"
    )
    for drawn in range(8):
        study.add({"kind": "l2", "strength": 1e-4}, 0.01 * drawn)
        study.add({"kind": "l2", "strength": 1e-3}, 0.5 + 0.01 * drawn)
    answers = make_answers(study.evidence())
    assert answers.answer.startswith("Strength 0.0001 is best: ")
    assert answers.answers[0].hyperparameters == ("strength",)


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("blocks", "The number of blocks"),
        ("kind", "The kind of regularizer"),
        ("input_dropout", "The input dropout"),
    ],
)
def test_what_hardly_matters_is_called_by_a_noun(says, name, subject):
    values = {"blocks": (1, 2), "kind": ("l1", "l2"), "input_dropout": (0.1, 0.2)}[name]
    sentence = says(name, dict(zip(values, (0.97, 0.96), strict=True)))
    assert sentence.startswith(f"{subject} is not shown to matter: with ")


def test_bins_of_units_that_hardly_matter(says):
    right = {"below 20": 0.97, "20 or more": 0.96}
    assert says("units", right).startswith("The number of units is not shown to matter: with ")


def test_without_a_thing_is_not_said_of_no_thing(says):
    """ "No input dropout does as well" says that all input dropout does worse."""
    right = {0.1: 0.97, 0.0: 0.96, 0.2: 0.9}
    assert says("input_dropout", right, told=[0.2]).endswith(
        "; it does as well without input dropout on these rows (96.0 %)."
    )
    assert says("input_dropout", right, told=[0.2], still_open=[0.0]).endswith(
        "; whether it does as well without input dropout cannot be told yet."
    )
    best = {0.0: 0.97, 0.1: 0.96, 0.2: 0.9}
    assert says("input_dropout", best, told=[0.2]).startswith(
        "It is best without input dropout: without input dropout 97 % of rows are right, with "
    )
    layers = {3: 0.97, 0: 0.968, 1: 0.967, 2: 0.9}
    assert says("blocks", layers, told=[2]).endswith(
        "; it does as well without any block and with one block on these rows."
    )


def test_an_open_setting_beside_one_that_is_as_good_is_mentioned_last(says):
    sentence = says("momentum", {0.9: 0.97, 0.5: 0.96, 0.0: 0.95}, still_open=[0.5])
    assert sentence.startswith(
        "The momentum is not shown to matter: with momentum 0.9 97 % of rows"
    )
    assert sentence.endswith("; whether momentum 0.5 does as well cannot be told yet.")
    both = says("momentum", {0.9: 0.97, 0.5: 0.96, 0.0: 0.95}, still_open=[0.5, 0.0])
    assert both.startswith("It cannot be told from 3 trials: with momentum 0.9 97 % of rows")


def test_where_luck_is_far_too_large_no_number_of_trials_is_promised(made):
    study = made().add({"depth": 0}, seconds=9.0).add({"depth": 1}, seconds=11.0)
    settings = tuple(Setting(depth, 8, depth, 0.1, (0.0, 1.0), 0.9) for depth in (1, 0))
    pair = Pair(1, 0, -0.01, (-2.0, 2.0), 0.5, 0.5, False)
    comparison = Comparison(8, settings, (pair,), (1, 0), (0,), single_errors=(0.01,))
    assert say(study.evidence(), "depth", comparison).endswith(
        "; it would take more than 126 more trials, and 21 min."
    )


@pytest.mark.parametrize(
    ("name", "other", "said"),
    [
        ("kind", "l1", "a regularizer and with L1"),
        ("normalization", "batch", "normalization and with batch normalization"),
    ],
)
def test_what_does_as_well_without_the_thing_comes_first(name, other, said):
    settings = [SimpleNamespace(value=value) for value in (other, "none")]
    nothing = {"best": None, "open": [], "short_of_rows": []}
    findings = SimpleNamespace(name=name, tried=settings, as_good=settings, sort=list, **nothing)
    assert describe_others(findings) == f"; it does as well without {said} on these rows"
