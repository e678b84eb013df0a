"""Scripts that tailor the search space, or choose among KerasTuner's tuners."""

import keras
import keras_tuner as kt
import pytest
from keras import layers

from tests.helpers.searches import read_trials
from tuner import KFoldTuner, UserError
from tuner.training.fit_calls import has_own_fit


def build_model(hp):
    """Build a network with as many layers as `num_layers` says; a learning rate is in a scope."""
    model = keras.Sequential([keras.Input((4,))])
    for number in range(hp.Int("num_layers", 1, 2)):
        with hp.conditional_scope("num_layers", list(range(number + 1, 3))):
            model.add(layers.Dense(hp.Choice(f"units_{number}", [4, 8]), activation="relu"))
    if hp.Boolean("dropout"):
        model.add(layers.Dropout(rate=0.25))
    model.add(layers.Dense(3, activation="softmax"))
    rate = hp.Choice("learning_rate", [1e-2, 1e-3])
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    return model


def name_space(tuner):
    """Return what is searched, by name."""
    return {hp.name: type(hp).__name__ for hp in tuner.oracle.get_space().space}


def test_listed_hyperparameters_take_the_place_of_declared_ones(data, quick):
    hp = kt.HyperParameters()
    hp.Fixed("learning_rate", 0.05)
    hp.Int("num_layers", 1, 1)
    tuner = KFoldTuner(build_model, "val_loss", 2, hyperparameters=hp, **quick)
    assert name_space(tuner)["learning_rate"] == "Fixed"
    tuner.search(*data[0], epochs=1, verbose=0)
    assert {r.hyperparameters["learning_rate"] for r in tuner.records} == {0.05}
    assert {r.hyperparameters["num_layers"] for r in tuner.records} == {1}


def test_only_listed_hyperparameters_are_tuned(quick):
    hp = kt.HyperParameters()
    hp.Choice("learning_rate", [1e-1, 1e-2, 1e-3])
    tuner = KFoldTuner(
        build_model, "val_loss", oracle="grid", hyperparameters=hp, tune_new_entries=False, **quick
    )
    assert tuner.settings.max_trials == 3  # a grid without max_trials is searched to its end
    jobs = [tuner._search_oracle.ask() for _ in range(4)]
    values = [job.hyperparameters.values for job in jobs[:3]]
    assert [v["learning_rate"] for v in values] == [1e-1, 1e-2, 1e-3]
    assert {(v["num_layers"], v["units_0"], v["dropout"]) for v in values} == {(1, 4, False)}
    assert jobs[3] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"hyperparameters": kt.HyperParameters(), "allow_new_entries": False},
            "allow_new_entries=False: hyperparameters lacks num_layers, units_0, dropout, "
            "learning_rate, which the hypermodel declares; add what is missing, or leave "
            "allow_new_entries out",
        ),
        (
            {"tune_new_entries": False},
            "tune_new_entries=False: give hyperparameters=keras_tuner.HyperParameters() with the "
            "hyperparameters that are to be searched",
        ),
        (
            {"distribution_strategy": object()},
            "distribution_strategy: the folds of many trials train side by side on the cores of "
            "this machine; leave it out",
        ),
        (
            {"objective": "loss"},
            "objective: 'loss' is no score of a k-fold search (the score of the rows that a fold "
            "holds out); give one of val_loss, val_accuracy, val_auc, cross_entropy, accuracy, "
            "balanced_accuracy, roc_auc",
        ),
        (
            {"objective": kt.Objective("val_accuracy", "min")},
            "objective: val_accuracy gets better as it rises; give "
            'keras_tuner.Objective("val_accuracy", "max")',
        ),
        (
            {"objective": ["val_loss", "val_accuracy"]},
            "objective: a search has one objective; all others are scored, too, so give the one "
            "that is to be optimised",
        ),
        ({"factor": 3, "alpha": 1e-3}, "alpha: the oracle hyperband has none; leave it out, or "),
        ({"factor": 1}, "factor: give a whole number, at least 2; received 1"),
        ({"factor": 2.5}, "factor: give a whole number, at least 2; received 2.5"),
        ({"factor": "3"}, "factor: give a whole number, at least 2; received '3'"),
        ({"num_initial_points": -1}, "num_initial_points: give a whole number, at least 0; "),
        ({"beta": -1.0}, "beta: give a number, at least 0; received -1.0"),
        (
            {"max_consecutive_failed_trials": 0},
            "max_consecutive_failed_trials: give a whole number, at least 1; received 0",
        ),
        ({"max_trial": 3}, "KFoldTuner has no argument max_trial; did you mean max_trials? "),
        (
            {"executions_per_trial": 2, "repeats": 3},
            "executions_per_trial=2 and repeats=3: both say how often the rows are cut into folds; "
            "give one",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_arguments_without_a_meaning_are_refused_by_name(quick, arguments, message):
    with pytest.raises(UserError) as error:
        KFoldTuner(build_model, **{"objective": "val_loss", **arguments}, **quick)
    assert str(error.value).startswith(message)


def test_hyperband_is_meant_by_its_arguments(quick):
    tuner = KFoldTuner(build_model, "val_accuracy", max_epochs=4, factor=2, **quick)
    assert (tuner.settings.oracle, tuner.settings.epochs) == ("hyperband", 4)
    # brackets of 4, 3 and 3 trials with rungs of 1, 2 and 4 epochs
    assert tuner.settings.max_trials == (4 + 2 + 1) + (3 + 1) + 3
    jobs = [tuner._search_oracle.ask() for _ in range(4)]
    assert [job.epochs for job in jobs] == [1, 1, 1, 1]  # the first rung


def test_hyperbands_brackets_are_those_of_the_epochs_of_the_search(data, quick):
    tuner = KFoldTuner(build_model, "val_accuracy", factor=2, **quick)
    tuner.search(*data[0], epochs=2, verbose=0)
    assert len(tuner.records) == tuner.settings.max_trials == (2 + 1) + 2


def test_bayesian_optimization_is_meant_by_its_arguments(quick):
    tuner = KFoldTuner(
        build_model, "val_loss", 6, num_initial_points=4, alpha=1e-3, beta=1.0, seed=1, **quick
    )
    assert tuner.settings.oracle == "bayesian"
    assert tuner.oracle.count_random_trials() == 4
    assert dict(tuner.oracle.options) == {"num_initial_points": 4, "alpha": 1e-3, "beta": 1.0}


def test_an_oracle_of_kerastuner_may_have_a_keras_objective(data, quick):
    oracle = kt.oracles.RandomSearchOracle(
        objective=kt.Objective("val_accuracy", "max"), max_trials=2, seed=1
    )
    oracle.verbose = 0
    tuner = KFoldTuner(oracle=oracle, hypermodel=build_model, **quick)
    tuner.search(*data[0], epochs=1, verbose=0)
    assert tuner.settings.objective == "accuracy"
    assert len(tuner.records) == 2
    (best,) = tuner.oracle.get_best_trials()
    assert best.score == max(record.result.score for record in tuner.records)


def test_running_a_script_again_resumes_and_overwrite_begins_afresh(data, quick, capsys):
    def run(**arguments):
        tuner = KFoldTuner(build_model, "val_loss", project_name="again", **quick, **arguments)
        tuner.search(*data[0], epochs=1)
        return tuner

    first = run(max_trials=1)
    again = KFoldTuner(build_model, "val_loss", project_name="again", **quick)
    assert again.get_best_hyperparameters()[0].values == first.records[0].hyperparameters
    again.results_summary()
    assert f"Results in {quick['directory']}/studies/again" in capsys.readouterr().out
    with pytest.raises(UserError, match="networks of folds are not kept: call search"):
        again.get_best_models()
    first.reload()  # changes nothing
    more = run(max_trials=2)
    assert "1 trial ended in earlier runs" in capsys.readouterr().err
    assert read_trials(more.study)[0] == read_trials(first.study)[0]
    assert more.study.record.id == first.study.record.id
    with pytest.raises(UserError, match="differs: batch_size is not given there and 16 here; "):
        KFoldTuner(build_model, "val_loss", 2, project_name="again", **quick).search(
            *data[0], epochs=1, batch_size=16, verbose=0
        )
    afresh = KFoldTuner(
        build_model, "val_loss", project_name="again", overwrite=True, max_trials=1, **quick
    )
    with pytest.raises(UserError, match="there was no search yet"):
        afresh.get_best_hyperparameters()
    afresh.search(*data[0], epochs=1, verbose=0)
    assert afresh.study.record.id != first.study.record.id


def test_what_changes_trials_is_kept_and_a_resumed_search_must_have_the_same(data, quick):
    def search(patience=1, rate=0.1, **arguments):
        stop = keras.callbacks.EarlyStopping(patience=patience)
        schedule = keras.callbacks.LearningRateScheduler(lambda epoch: rate)
        tuner = KFoldTuner(
            build_model, "val_loss", 1, project_name="same", optimizer="sgd", **quick
        )
        arguments = {"class_weight": {0: 2.0, 1: 1.0}, "callbacks": [stop, schedule], **arguments}
        tuner.search(*data[0], epochs=1, verbose=0, **arguments)

    search()
    search()
    for arguments, difference in [
        ({"patience": 2}, "callbacks[0].EarlyStopping.patience is 1 there and 2 here"),
        ({"rate": 0.2}, "the code of callbacks[1].LearningRateScheduler.schedule is not the same"),
        ({"callbacks": None}, "callbacks is EarlyStopping, LearningRateScheduler there and not gi"),
        ({"class_weight": {0: 3.0}}, "--class-weight is {'0': 2.0, '1': 1.0} there and {'0': 3.0"),
    ]:
        with pytest.raises(UserError) as error:
            search(**arguments)
        assert f"differs: {difference}" in str(error.value)


def test_compile_arguments_take_the_place_of_the_hypermodels(data, quick):
    tuner = KFoldTuner(
        kt.applications.HyperResNet(input_shape=(8, 8, 3), classes=3),
        "val_loss",
        1,
        optimizer=keras.optimizers.SGD(0.125),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        **quick,
    )
    assert "version" in name_space(tuner)
    hp = tuner.oracle.get_space()
    model = tuner.hypermodel.build(hp)
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    assert model.loss == "sparse_categorical_crossentropy"
    assert not has_own_fit(tuner.hypermodel)


def test_trials_that_fail_one_after_another_end_a_search(data, quick):
    def build(hp):
        if hp.Int("units", 4, 64) != 4:
            raise ValueError("too wide")
        return build_model(kt.HyperParameters())

    from tuner.errors import SearchFailed

    tuner = KFoldTuner(build, "val_loss", 9, max_consecutive_failed_trials=2, seed=1, **quick)
    with pytest.raises(SearchFailed, match="2 trials failed one after another; the last, trial "):
        tuner.search(*data[0], epochs=1, verbose=0)
    assert len(tuner.records) < 9
