"""Logs a study's report to MLflow: the page, its charts as pictures, and the table of trials."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.utils.mlflow_tags import MLFLOW_LOGGED_ARTIFACTS

from tuner.files.whole_files import read_file
from tuner.study import Study

__all__ = ["log_figures", "log_report"]

_WIDTH = 720  # pixels of a picture; on the page, a chart is as wide as the window allows
_TABLE = "results.json"  # in the form that MLflow shows as a table


def log_report(client: MlflowClient, run_id: str, study: Study) -> None:
    """Log the page and the table of trials, if the study has them."""
    for path in (study.report_path, study.results_path):
        if path.exists():
            client.log_artifact(run_id, str(path))
    if study.results_path.exists():
        _log_table(client, run_id, study.results_path)


def log_figures(client: MlflowClient, run_id: str, study: Study) -> None:
    """Log each chart of the report as `figures/NAME.svg`. Drawing them takes seconds."""
    for name, picture in _draw_pictures(study.figures_folder):
        client.log_text(run_id, picture, f"figures/{name}.svg")


def _log_table(client: MlflowClient, run_id: str, path: Path) -> None:
    """Log a table that MLflow shows. An earlier one is replaced, where MLflow would append."""
    import pandas as pd

    # a hyperparameter may have the value "None" or "NA"; what is missing is an empty cell
    table = pd.read_csv(path, keep_default_na=False, na_values=[""]).astype(object)
    tag = client.get_run(run_id).data.tags.get(MLFLOW_LOGGED_ARTIFACTS, "[]")
    if any(artifact["path"] == _TABLE for artifact in json.loads(tag)):
        client.log_text(run_id, table.to_json(orient="split", index=False), _TABLE)
    else:
        client.log_table(run_id, table, _TABLE)


def _draw_pictures(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the SVG text of each chart in a folder."""
    paths = sorted(folder.glob("*.vl.json"))
    if not paths:
        return
    import vl_convert

    for path in paths:
        chart: dict[str, Any] = json.loads(read_file(path))
        yield (
            path.name.removesuffix(".vl.json"),
            vl_convert.vegalite_to_svg({**chart, "width": _WIDTH}),
        )
