"""What a better score costs: both fronts, as charts and as a table."""

from dataclasses import replace

import pytest

from tests.report.conftest import make_material, make_trial
from tests.report.test_figures import rows_of
from tests.report.test_report import texts
from tuner.report import make_study_page
from tuner.report.figures import draw_score_by_time
from tuner.study import PredictionTime, PredictionTimes

QUICK, SLOW = PredictionTime(0.0001, 0.0005), PredictionTime(0.0002, 0.25)
HOW = (
    "Measured on one thread, from encoded rows to probabilities, the least of many repetitions: "
    "2 networks, those on the front of size first and then the best, for 3 of 4 completed trials. "
    "Trials of the same shape have the same time."
)


@pytest.fixture
def study(make_study, problem):
    """Trials 0 to 3 with 15, 55, 55 and 95 parameters; the larger, the better."""
    study = make_study()
    study.begin(study.record.settings)
    for number, noise in enumerate((2.0, 1.5, 1.0, 0.5)):
        study.write_trial(make_trial(number, problem, noise=noise), {})
    return study


def measured(study, trials, **fields):
    study.write_prediction_times(PredictionTimes(trials, 4, 2, "one thread", **fields))
    return study


def words_of(study, problem):
    return texts(make_study_page(make_material(study, problem)), "size")


def test_both_fronts_stand_in_one_table(study, problem):
    page = make_study_page(make_material(measured(study, {0: QUICK, 2: SLOW, 3: QUICK}), problem))
    assert {"size", "prediction-time"} <= set(page.collect_charts())
    words = texts(page, "size")
    assert HOW in words
    header = "trial cross-entropy parameters ms, 1,000 rows ms, one row front of"
    assert header in words
    cells = words.partition(header)[2]
    for row in (
        "15 0.5 0.1 size depth 0, learning_rate 0.01",
        "55 250 0.2 size depth 1, learning_rate 0.03",
        "95 0.5 0.1 size and time depth 2, learning_rate 0.04",
    ):
        assert row in cells
    root = study.folder.parents[1]
    assert (
        f"tuner export study --pick 0 --root {root} exports one of them, and --pick pareto all."
    ) in words


def test_the_picks_have_their_times_and_an_ensemble_that_of_its_networks_together(study, problem):
    of = make_material(measured(study, dict.fromkeys(range(4), QUICK)), problem)
    assert of.picks.best.trial == of.picks.smallest.trial == 3
    words = texts(make_study_page(of), "picks")
    assert "prediction of 1,000 rows, ms 0.5 2.5" in words  # of five networks
    assert "An ensemble's prediction takes as long as its networks together." in words
    words = texts(make_study_page(make_material(measured(study, {0: QUICK}), problem)), "picks")
    assert "prediction of 1,000 rows, ms – –" in words


def test_a_chart_has_the_trials_that_were_measured_only(study, problem):
    of = make_material(study, problem)
    chart = draw_score_by_time(of.trials, {0: QUICK, 3: SLOW}, [0, 3], {3: "best"})
    marks = [row for row in rows_of(chart) if "place" in row]
    assert {row["trial"]: (row["cost"], row["row"]) for row in marks} == {
        0: (pytest.approx(0.5), pytest.approx(0.1)),
        3: (pytest.approx(250), pytest.approx(0.2)),
    }


def test_a_study_whose_times_were_not_measured_says_how_to_get_them(study, problem):
    root = study.folder.parents[1]
    words = words_of(study, problem)
    assert (
        "Prediction times were not measured. This measures them, where there was no time left: "
        f"tuner report study --root {root}"
    ) in words
    assert "55 – – size depth 1" in words


def test_networks_that_all_take_as_long_have_no_chart_of_it(study, problem):
    page = make_study_page(make_material(measured(study, dict.fromkeys((0, 1, 2), QUICK)), problem))
    assert "prediction-time" not in page.collect_charts()
    assert f"Predictions of 1,000 rows take 0.5 ms. {HOW}" in texts(page, "size")


def test_what_could_not_be_measured_is_told(study, problem):
    notes = ("No prediction time could be measured: it is gone.",)
    words = words_of(measured(study, {}, notes=notes), problem)
    assert (
        "Prediction times were not measured. No prediction time could be measured: it is gone."
        in words
    )


def test_networks_of_one_size_have_no_chart_of_it(study, problem):
    of = make_material(study, problem)
    same = [replace(r, result=replace(r.result, parameters=15)) for r in of.records]
    page = make_study_page(replace(of, records=tuple(same)))
    assert "size" not in page.collect_charts()
    assert "What does a larger network buy? All have 15 parameters." in texts(page, "size")
