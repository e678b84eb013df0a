"""What a reader must know to defend the answers."""

from tests.helpers.made_studies import DIVERGED
from tuner.analysis.answers.notes import make_notes


def test_that_all_failed_trials_diverged_is_said_in_a_word(made):
    study = made().add({"depth": 0})
    for _ in range(2):
        study.add({"depth": 1}, **DIVERGED)
    notes = make_notes(study.evidence(), spans=False)
    assert notes[1].startswith("Failed trials (2, all of which diverged) count")


def test_the_notes_say_how_trials_count(made):
    study = made(oracle="tpe").add({"depth": 0}).add({"depth": 1}, status="pruned")
    study.add({"depth": 1}, **DIVERGED)
    study.add({"depth": 2}, status="failed", reason="ValueError: no")
    notes = make_notes(study.evidence(), spans=False)
    assert notes[1:] == (
        "Pruned trials (1) were clearly beaten and ended early. They are never the best of a "
        "setting or a cell. The scores that they had reached count in how much the trials of a "
        "setting differ, in importances, and in under- and overfitting.",
        "Failed trials (2, 1 of which diverged) count among the trials of a setting that are "
        "compared. Otherwise they count only in the share that diverged.",
        "The oracle tpe learns from earlier trials, so it does not try all settings alike. What is "
        "said about settings and importances is less certain than after a random search.",
    )


def test_the_notes_say_what_groups_and_an_order_change(made):
    study = made().add({"depth": 0})
    study.study.data.update(groups="patient", order="day")
    assert make_notes(study.evidence(), spans=False)[1:] == (
        "Rows of a group (patient) are alike. Each group was on one side of every split, and "
        "standard errors, intervals and comparisons are over groups, not over rows.",
        "Rows have an order (day). Each fold was predicted from the rows before it, and the first "
        "90 rows are not scored. Standard errors assume independent rows; if neighbouring rows are "
        "alike, they are too small.",
    )


def test_dropout_is_named_only_where_networks_have_it(made):
    study = made().add({"depth": 0, "dropout": 0.0})
    assert "measured during training." in make_notes(study.evidence(), spans=True)[1]
    study.add({"depth": 1, "dropout": 0.5})
    assert "measured during training, with dropout." in make_notes(study.evidence(), spans=True)[1]
