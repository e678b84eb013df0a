"""A study's report in MLflow: the page, its charts as pictures, and the table of its trials."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.utils.mlflow_tags import MLFLOW_LOGGED_ARTIFACTS

from tuner.study import Study

__all__ = ["log_figures", "log_report"]

_WIDTH = 720  # of a picture, in pixels; on the page a chart is as wide as its place
_TABLE = "results.json"  # as MLflow's page of tables reads it


def log_report(client: MlflowClient, run_id: str, study: Study) -> None:
    """Write the page and the table of trials, if the study has them."""
    for name in ("report.html", "results.csv"):
        path = study.folder / name
        if path.exists():
            client.log_artifact(run_id, str(path))
    if (study.folder / "results.csv").exists():
        _log_table(client, run_id, study.folder / "results.csv")


def log_figures(client: MlflowClient, run_id: str, study: Study) -> None:
    """Write each chart of the report as `figures/NAME.svg`; drawing them takes seconds."""
    for name, picture in _pictures(study.folder / "figures"):
        client.log_text(run_id, picture, f"figures/{name}.svg")


def _log_table(client: MlflowClient, run_id: str, path: Path) -> None:
    """Write a table that MLflow shows; one that is there is replaced, where MLflow would append."""
    import pandas as pd

    table = pd.read_csv(path)
    tag = client.get_run(run_id).data.tags.get(MLFLOW_LOGGED_ARTIFACTS, "[]")
    if any(each["path"] == _TABLE for each in json.loads(tag)):
        client.log_text(run_id, table.to_json(orient="split", index=False), _TABLE)
    else:
        client.log_table(run_id, table, _TABLE)


def _pictures(folder: Path) -> Iterator[tuple[str, str]]:
    paths = sorted(folder.glob("*.vl.json"))
    if not paths:
        return
    import vl_convert

    for path in paths:
        chart: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        yield (
            path.name.removesuffix(".vl.json"),
            vl_convert.vegalite_to_svg({**chart, "width": _WIDTH}),
        )
