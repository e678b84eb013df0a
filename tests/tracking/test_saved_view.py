"""The saved view of a study, as MLflow's pages read it; `test_browser.py` shows it."""

import base64
import json
import zlib
from dataclasses import replace

import pytest

from tuner.tracking import locate_page
from tuner.tracking.saved_view import make_view


def read_view(study, hyperparameters=("depth",)):
    """Return the tag and the state of a study's view, decoded as the page decodes it."""
    tag, value = make_view(study.record, hyperparameters, 1)
    view = json.loads(value)
    assert view["name"] == study.record.name
    state = view["state"].removeprefix("deflate;")
    return tag, json.loads(zlib.decompress(base64.b64decode(state)))


def test_the_address_names_the_tag(study):
    tag, _ = read_view(study)
    key = tag.removeprefix("mlflow.sharedViewState.")
    page = locate_page("7", study.record)
    assert page == f"/#/experiments/7/runs?viewStateShareKey={key}"


@pytest.mark.parametrize(("objective", "ascending"), [("cross_entropy", True), ("accuracy", False)])
def test_the_runs_of_the_study_are_sorted_by_score(make_study, objective, ascending):
    study = make_study(objective=objective)
    _, state = read_view(study)
    assert state["searchFilter"] == f"tags.`tuner.id` = '{study.record.id}'"
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`score`", ascending)


def test_the_columns_are_scores_and_hyperparameters(study):
    _, state = read_view(study, ["depth", "strength"])
    names = [column.partition(".")[2].strip("`") for column in state["selectedColumns"]]
    assert names == [
        "score", "standard_error", "val_accuracy", "depth", "strength", "parameters",
        "best_epoch", "tuner.status", "Duration",
    ]  # fmt: skip
    assert state["columnOrder"][2:] == state["selectedColumns"]


def test_loss_comes_first_and_the_folds_last_in_one_section(study):
    _, state = read_view(study)
    charts = [(chart["metricKey"], chart["metricSectionId"]) for chart in state["compareRunCharts"]]
    first, *_, last = [section["uuid"] for section in state["compareRunSections"]]
    assert charts[:2] == [("loss", first), ("val_loss", first)]
    assert charts[-3:] == [(f"fold_{number}/val_loss", last) for number in range(3)]
    assert len({chart["uuid"] for chart in state["compareRunCharts"]}) == len(charts)


def test_an_older_version_of_mlflow_reads_the_table_from_the_view_itself(study):
    """MLflow 3.10 shows an empty page if the tag lacks the fields of its state."""
    _, state = read_view(study)
    view = json.loads(make_view(study.record, ["depth"], 1)[1])
    for name in ("searchFilter", "orderByKey", "orderByAsc", "selectedColumns"):
        assert view[name] == state[name]
    assert {"runsExpanded", "runsHiddenMode", "runsVisibilityMap"} < view.keys()


@pytest.mark.parametrize(
    ("folds", "names", "shown_folds", "shown_names"),  # the last two as ranges
    [
        (90, 30, (90, 90), (30, 30)),
        (300, 5, (100, 299), (5, 5)),
        (300, 200, (0, 0), (30, 199)),
    ],
    ids=["all fits", "too many folds", "too many hyperparameters"],
)
def test_a_view_leaves_out_folds_and_then_hyperparameters_to_fit_in_a_tag(
    study, folds, names, shown_folds, shown_names
):
    """Older versions of MLflow take 5,000 characters."""
    split = replace(study.record.split, folds=study.record.split.folds * (folds // 3))
    study.record = replace(study.record, split=split)
    names = [f"hyperparameter_{number}" for number in range(names)]
    assert len(make_view(study.record, names, 1)[1]) <= 5000
    _, state = read_view(study, names)
    charts = [chart["metricKey"] for chart in state["compareRunCharts"]]
    curves = [name for name in charts if name.startswith("fold_")]
    assert curves == [f"fold_{number}/val_loss" for number in range(len(curves))]
    columns = [name for name in state["selectedColumns"] if name.startswith("params.")]
    assert columns == [f"params.`{name}`" for name in names[: len(columns)]]
    for shown, (least, most) in ((curves, shown_folds), (columns, shown_names)):
        assert least <= len(shown) <= most
