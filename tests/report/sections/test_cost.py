"""The cost of a better score: both fronts, as charts and as a table."""

import shutil
from dataclasses import replace

import pytest

from tests.helpers.html import read_text
from tests.helpers.reports import make_content, make_trial, write_trials
from tests.helpers.studies import create_study
from tuner.report.blocks import find_figures
from tuner.report.sections.cost import make_cost_section
from tuner.report.sections.picks import make_picks_section
from tuner.study import PredictionTime, PredictionTimes, Study

QUICK, SLOW = PredictionTime(0.0001, 0.0005), PredictionTime(0.0002, 0.25)
HOW = (
    "Times of networks alone, from encoded rows to probabilities, on one thread, the minimum of "
    "many repetitions: 2 networks, those on the size front first and then the best, which stand "
    "for 3 of 4 completed trials. Trials of the same shape have the same time. To encode raw "
    "columns takes the same with every network; only the exported model is timed with it."
)


@pytest.fixture(scope="module")
def unmeasured(problem, tmp_path_factory):
    """The content of trials 0 to 3 with 15, 55, 55 and 95 parameters; the larger, the better."""
    study = create_study(tmp_path_factory.mktemp("cost") / "runs", problem)
    noises = enumerate((2.0, 1.5, 1.0, 0.5))
    write_trials(study, [make_trial(n, problem, noise=noise) for n, noise in noises])
    return make_content(study, problem)


@pytest.fixture
def measure(unmeasured, tmp_path):
    """Copy the study, and write prediction times into the copy."""

    def measure(trials, **fields):
        folder = shutil.copytree(unmeasured.study.folder, tmp_path / "runs" / "studies" / "study")
        study = Study(unmeasured.record, folder)
        study.write_prediction_times(PredictionTimes(trials, 4, 2, "one thread", **fields))
        return replace(unmeasured, study=study)

    return measure


def name_figures(section):
    return {figure.name for figure in find_figures(section.blocks)}


def test_both_fronts_stand_in_one_table(measure):
    content = measure({0: QUICK, 2: SLOW, 3: QUICK})
    section = make_cost_section(content)
    assert name_figures(section) == {"size", "prediction-time"}
    text = read_text(section)
    assert HOW in text
    header = "trial cross-entropy parameters network alone, ms, 1,000 rows ms, one row front of"
    cells = text.partition(header)[2]
    for row in (
        "15 0.5 0.1 size depth 0, learning_rate 0.01",
        "55 250 0.2 size depth 1, learning_rate 0.03",
        "95 0.5 0.1 size and time depth 2, learning_rate 0.04",
    ):
        assert row in cells
    export = content.study.make_command("export", "--pick", "0")
    assert f"{export} exports one of them, and --pick pareto exports all." in text


def test_an_ensemble_predicts_as_long_as_its_networks_together(measure):
    content = measure(dict.fromkeys(range(4), QUICK))
    assert content.picks.best.trial == content.picks.smallest.trial == 3
    text = read_text(make_picks_section(content))
    assert "network alone, 1,000 rows, ms 0.5 2.5" in text  # of five networks
    assert (
        "The ensemble has 5 networks, trained again on all rows; its prediction takes as long as "
        "all of them, with 5 times the parameters of the best network. Less the best network's, "
        "its corrected score is "
    ) in text
    (member, *_) = content.picks.ensemble.members
    folds = replace(content.picks.ensemble, members=(replace(member, folds=5),))
    content = replace(content, picks=replace(content.picks, ensemble=folds))
    text = read_text(make_picks_section(content))
    assert "What averaging them gains is not in its scores: one of them predicted each row." in text
    assert "Less the best network's" not in text


def test_a_pick_whose_time_was_not_measured_has_none(measure):
    text = read_text(make_picks_section(measure({0: QUICK})))
    assert "network alone, 1,000 rows, ms – –" in text


def test_the_exported_model_has_a_time_from_raw_columns_to_probabilities(measure):
    content = replace(measure({}), exported_time=PredictionTime(0.0012, 0.023))
    assert content.picks.exported == "best"
    text = read_text(make_picks_section(content))
    assert "raw columns to probabilities, one row, ms 1.2 –" in text
    assert "raw columns to probabilities, 1,000 rows, ms 23 –" in text
    assert "network alone" not in text


def test_a_study_without_prediction_times_says_how_to_measure_them(unmeasured):
    text = read_text(make_cost_section(unmeasured))
    assert (
        "Prediction times were not measured. This command measures them, if there was no time "
        f"left: {unmeasured.study.make_command('report')}"
    ) in text
    assert "55 – – size depth 1" in text


def test_equal_prediction_times_have_no_chart(measure):
    section = make_cost_section(measure(dict.fromkeys((0, 1, 2), QUICK)))
    assert name_figures(section) == {"size"}
    assert f"A network alone takes 0.5 ms for 1,000 rows. {HOW}" in read_text(section)


def test_prediction_times_that_could_not_be_measured_have_their_reason(measure):
    reason = "No prediction time could be measured: it is gone."
    text = read_text(make_cost_section(measure({}, notes=(reason,))))
    assert f"Prediction times were not measured. {reason}" in text


def test_networks_of_one_size_have_no_chart(unmeasured):
    records = unmeasured.records
    same = tuple(replace(r, result=replace(r.result, parameters=15)) for r in records)
    section = make_cost_section(replace(unmeasured, records=same))
    assert "size" not in name_figures(section)
    assert "What does a larger network buy? All trials have 15 parameters." in read_text(section)
