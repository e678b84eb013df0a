"""The answer in one sentence: yes, no, or what more trials would take."""

from tuner.analysis.answers import make_answers, make_own_answer


def answer(study):
    evidence = study.evidence()
    sentence = make_own_answer(evidence)
    assert make_answers(evidence).answer == sentence
    return sentence


def test_deeper_is_better(made):
    sentence = answer(made().add_depths({0: 0.5, 1: 0.2, 2: 0.0}, 8))
    assert sentence == (
        "Yes. With two hidden layers the cross-entropy is 1.000, without any 1.500; the difference "
        "is 0.50, between 0.49 and 0.51."
    )


def test_one_hidden_layer_is_enough(made):
    sentence = answer(made().add_depths({0: 0.5, 1: 0.001, 2: 0.0}, 8))
    assert sentence.startswith("Yes. With two hidden layers")
    assert sentence.endswith("; one hidden layer does as well.")


def test_deeper_is_worse(made):
    sentence = answer(made().add_depths({0: 0.0, 1: 0.5}, 8))
    assert sentence.startswith("No: without any hidden layer the cross-entropy is 1.000, with one ")


def test_what_cannot_be_told_says_what_more_trials_take(made):
    sentence = answer(made().add_depths({0: 0.001, 1: 0.0}, 5))
    assert sentence.startswith("It cannot be told from 10 trials: with one hidden layer ")
    assert sentence.endswith(
        "; 10 more trials may tell, about 1 s: python -m tuner resume made --max-trials 20."
    )


def test_one_setting_cannot_be_compared(made):
    sentence = answer(made().add({"depth": 1}))
    assert sentence.startswith(
        "It cannot be told from 1 trial, because only one setting was completed: with one hidden "
    )


def test_the_objects_of_json_have_values_of_their_own_type(made):
    answers = make_answers(made().add_depths({0: 0.5, 1: 0.0}, 8).evidence())
    first = answers.answers[0].to_dict({0: 0.75})
    assert list(first) == ["hyperparameter", "best", "not_told_apart", "settings", "sentence"]
    assert (first["hyperparameter"], first["best"], first["not_told_apart"]) == ("depth", 1, [1])
    assert [setting["value"] for setting in first["settings"]] == [1, 0]
    assert [setting["accuracy"] for setting in first["settings"]] == [None, 0.75]
    assert first["sentence"] == answers.answer
