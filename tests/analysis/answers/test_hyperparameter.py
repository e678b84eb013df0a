"""The answer on a hyperparameter that needs no sentences of its own."""

from tuner.analysis.answers.hyperparameter import hyperparameter_answer

INTERVAL = "cross-entropy 1.000 (95 % interval 0.847 to 1.153)"

OF_TRIAL_1 = "cross-entropy 1.000 (95 % interval 0.848 to 1.152)"


def test_how_wide(made):
    study = made("[network]\nunits = { min = 8, max = 64, step = 8, log = true }")
    for drawn in range(8):
        for units in (64, 8):
            study.add({"units": units}, 0.01 * drawn + units / 1e5, parameters=100 * units)
    answer = hyperparameter_answer(study.evidence(), "units")
    assert answer.sentences == (
        "8 and 64 units cannot be told apart.",
        f"By score, 8 units are best: {OF_TRIAL_1}.",
        "This is also the smallest of them, with 800 parameters.",
    )
    assert answer.log
    assert answer.comparison.not_told_apart == (8, 64)


def test_a_hyperparameter_that_does_not_decide_the_size(made):
    study = made()
    for trial in range(20):
        rate = 10 ** (-3 + 0.15 * trial)
        study.add(
            {"depth": 1, "learning_rate": rate},
            0.5 * (trial >= 10) + 1e-6 * trial,
            parameters=100 + trial,
        )
    answer = hyperparameter_answer(study.evidence(), "learning_rate")
    assert answer.title == "Which learning rate is best?"
    assert answer.sentences[0] == (
        f"Learning rate below 0.0052 has the best score, {INTERVAL}; learning rate 0.0052 to "
        "0.027 cannot be told apart from it."
    )
    assert answer.sentences[1] == (
        "Learning rates 0.027 to 0.14 and 0.14 or more are worse, by 0.5000 and 0.5000."
    )
    assert not any("parameters" in sentence for sentence in answer.sentences)
