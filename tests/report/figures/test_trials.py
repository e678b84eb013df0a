"""The trials as rows of charts."""


def test_a_trial_has_its_hyperparameters_as_text_under_names_that_are_safe_in_vega(content):
    trials = content.trials
    assert trials.names == ("depth", "learning_rate")
    first = trials.frame.iloc[0]
    assert (first.h0, first.h1) == ("0", "0.01")
    assert first.description == "depth 0, learning_rate 0.01"
    titles = [tooltip.to_dict()["title"] for tooltip in trials.make_tooltips()]
    assert titles[:4] == ["trial", "status", "depth", "learning_rate"]
