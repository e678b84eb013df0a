"""How deep, and whether deep or wide."""

from tuner.analysis.answers.depth import depth_answer

INTERVAL = "cross-entropy 1.000 (95 % interval 0.847 to 1.153)"

OF_TRIAL_1 = "cross-entropy 1.000 (95 % interval 0.848 to 1.152)"


def test_whether_hidden_layers_help_at_all(made):
    def says(shifts):
        return depth_answer(made().add_depths(shifts, 5).evidence()).sentences

    assert says({0: 0.5, 1: 0.0, 2: 0.001})[-1] == (
        "Hidden layers help: without them the score is worse by 0.5000 (95 % interval 0.4951 to "
        "0.5049)."
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
        for time in range(8):
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
    for drawn in range(8):
        for depth, units in ((1, 300), (2, 90)):
            values = {"depth": depth, "parameters": 20000}
            study.add(values, 0.5 * (depth - 1) + 0.01 * drawn, derived={"units": units})
    answer = depth_answer(study.evidence())
    assert answer.title == "Is it better to go deep or wide?"
    assert answer.sentences == (
        f"Depth 1 is best, and better than every other: {INTERVAL}.",
        "Depth 2 is worse, by 0.5000.",
        "All have about 20,000 parameters: each hidden layer has 300 units at depth 1 and 90 units "
        "at depth 2.",
    )
    assert [point.x for point in answer.points] == [1] * 8 + [2] * 8
