"""The saved view of a study: how MLflow's pages show its runs.

A saved view has the columns, the order and the charts of a page. It is a tag of the experiment; a
link can name it, and MLflow's menu "Views" lists it. Each study has one, by the study's id.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from tuner.scoring import OBJECTIVES
from tuner.study import StudyRecord
from tuner.tracking.metric_names import (
    EPOCHS,
    list_study_metrics,
    list_trial_metrics,
    name_fold_curve,
)
from tuner.tracking.valid_names import make_valid_name
from tuner.training import CURVES

__all__ = ["locate_page", "make_view"]

_TAG = "mlflow.sharedViewState."
_PARAMETER = "viewStateShareKey"
_COMPRESSED = "deflate;"  # in front of text that MLflow's page decompresses

_NAME = "attributes.`Run Name`"
_CREATED = "runDateAndNestInfo"
_DURATION = "attributes.`Duration`"
_WIDTHS = {_NAME: 240, _CREATED: 140}  # pixels
_WIDTH = 100  # pixels of every other column

_EPOCHS_AXIS = {"xAxisKey": "metric", "selectedXAxisMetricKey": EPOCHS, "lineSmoothness": 0}
# MLflow 3.10 reads the view's own fields instead of `state`, and shows nothing without these.
_OLD_STATE = {
    "runsExpanded": {},
    "runsPinned": [],
    "runsHidden": [],
    "runsVisibilityMap": {},
    "runsHiddenMode": "FIRST_10_RUNS",
    "viewMaximized": False,
    "runListHidden": False,
    "isAccordionReordered": False,
    "useGroupedValuesInCharts": True,
    "hideEmptyCharts": True,
    "groupBy": None,
    "groupsExpanded": {},
    "autoRefreshEnabled": True,
}
_MOST_CHARACTERS = 5000  # that older versions of MLflow take in a tag; since 3.17 it is 20,000
_MEANS, _SCORES, _FOLDS = "Curves, means over folds", "Scores", "Curves of each fold"


def locate_page(experiment_id: str, study: StudyRecord) -> str:
    """Return the path on MLflow's server of the page with a study's runs."""
    return f"/#/experiments/{experiment_id}/runs?{_PARAMETER}={study.id}"


def make_view(study: StudyRecord, hyperparameters: Iterable[str], time: int) -> tuple[str, str]:
    """Return the name and the value of the tag that is a study's view.

    The table has the study's runs, the best first. The charts begin with the curves `loss` and
    `val_loss`, and end with those of each fold. If that is more than fits in a tag, the charts of
    the last folds are left out, and then the columns of the last hyperparameters.

    Args:
        study: The study.
        hyperparameters: The hyperparameters that differ between its trials.
        time: When the study was created, in milliseconds since 1970.
    """
    folds, names = len(study.split.folds), list(hyperparameters)
    text = _compose(study, names, folds, time)
    while len(text) > _MOST_CHARACTERS and (folds or names):
        folds, names = folds * 9 // 10, names if folds else names[: len(names) * 9 // 10]
        text = _compose(study, names, folds, time)
    return _TAG + study.id, text


def _compose(study: StudyRecord, hyperparameters: Iterable[str], folds: int, time: int) -> str:
    """Return a view with the columns of these hyperparameters and charts of the first folds."""
    columns = _list_columns(study, hyperparameters)
    table = {
        "searchFilter": f"tags.`tuner.id` = '{study.id}'",
        "orderByKey": "metrics.`score`",
        "orderByAsc": not study.objective.maximise,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "selectedColumns": columns,
    }
    state = {**table, **_arrange(columns), **_list_charts(folds)}
    text = json.dumps(state, separators=(",", ":"))
    compressed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    view = {"name": study.name, "createdAt": time, "updatedAt": time}
    view |= {"state": _COMPRESSED + compressed, **table, **_OLD_STATE}
    return json.dumps(view, separators=(",", ":"))


def _list_columns(study: StudyRecord, hyperparameters: Iterable[str]) -> list[str]:
    """Return the columns of the table: scores, hyperparameters, and what else differs."""
    objective = study.objective.name
    metrics = ["score", "standard_error"]
    metrics += ["val_accuracy"] if objective != "accuracy" else []
    metrics += ["test_score"] if len(study.split.test) else []
    return [
        *(f"metrics.`{name}`" for name in metrics),
        *(f"params.`{make_valid_name(name)}`" for name in hyperparameters),
        *(f"metrics.`{name}`" for name in ("parameters", "best_epoch")),
        "tags.`tuner.status`",
        _DURATION,
    ]


def _arrange(columns: Iterable[str]) -> dict[str, Any]:
    """Return the order and the widths of the columns, in pixels."""
    order = [_NAME, _CREATED, *columns]
    widths = {column: _WIDTHS.get(column, _WIDTH) for column in order}
    return {"columnOrder": order, "columnWidths": widths}


def _list_charts(folds: int) -> dict[str, Any]:
    return {
        "compareRunCharts": list(_make_charts(folds)),
        "compareRunSections": [
            _make_section(_MEANS, display=True),
            _make_section(_SCORES, display=True),
            _make_section(_FOLDS, display=False),
        ],
        "globalLineChartConfig": _EPOCHS_AXIS,
        "isAccordionReordered": True,  # else MLflow sorts the sections by name
    }


def _make_charts(folds: int) -> Iterator[dict[str, Any]]:
    """Yield the charts. Those that nobody needs are deleted: MLflow adds what a view lacks."""
    scores = [name for name in list_trial_metrics() if name not in CURVES]
    old = [f"cv_{name}" for name in OBJECTIVES]  # of 0.2.0
    unneeded = {EPOCHS, *list_study_metrics(), *old} - {*scores}
    for name in CURVES:
        yield _make_chart("LINE", name, _MEANS)
    for name in scores:
        yield _make_chart("BAR", name, _SCORES)
    for name in sorted(unneeded):
        yield _make_chart("BAR", name, _SCORES) | {"deleted": True}
    for fold in range(folds):
        yield _make_chart("LINE", name_fold_curve(fold), _FOLDS)


def _make_chart(kind: str, metric: str, section: str) -> dict[str, Any]:
    chart = {
        "uuid": metric,
        "type": kind,
        "metricKey": metric,
        "metricSectionId": section,
        "isGenerated": True,
        "deleted": False,
    }
    if kind == "LINE":
        scale = "log" if metric.endswith("loss") else "linear"
        chart |= {"selectedMetricKeys": [metric], "range": {}, **_EPOCHS_AXIS}
        chart |= {"scaleType": scale, "displayPoints": False}
    return chart


def _make_section(name: str, *, display: bool) -> dict[str, Any]:
    return {"uuid": name, "name": name, "display": display, "isReordered": True, "deleted": False}
