"""A table of all trials, with the column names of scikit-learn's `cv_results_`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tuner.analysis.scores import SCORES, Score, score_rows
from tuner.errors import make_write_error
from tuner.files.whole_files import write_whole
from tuner.scoring import OBJECTIVES, Truth
from tuner.study import BATCH, PredictionTime, Study, TrialRecord

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["make_results_table", "write_results"]

# Objectives for which the trainers keep a training curve, and its name.
_TRAIN_CURVES = {"cross_entropy": "loss", "accuracy": "accuracy"}
_UNKNOWN = Score(np.nan, np.nan)


# Over 40 lines: most of them say what each column holds.
def make_results_table(study: Study, truth: Truth) -> pd.DataFrame:
    """Return a table with one row per trial, by number.

    Columns as in scikit-learn's `cv_results_`:

    - `params`, a dictionary, and `param_NAME`, empty if the hyperparameter is inactive in the
      trial. `derived_NAME` holds a value that follows from the hyperparameters and the data.
    - `split0_test_score` …: the objective of each fold's own validation rows. `mean_test_score`
      and `std_test_score` are over folds, weighted by their rows.
    - `split0_train_score` …, `mean_train_score`, `std_train_score`: likewise for the training
      rows, if the objective is `cross_entropy` or `accuracy`. As in Keras's logs, they are from
      the trial's last epoch, with dropout, before the update of each batch.
    - `mean_fit_time`: seconds of training and validation, divided equally among the folds.
    - `mean_score_time`: seconds to predict a fold's validation rows, interpolated between the
      times of one row and of 1,000 rows; empty if they were not measured.
    - `rank_test_score`: 1 is the best.

    Differences from scikit-learn:

    - A score keeps the objective's sign: a lower cross-entropy is better, and ranks first.
    - Ranks go by `score`, which the study picks by: the objective of all rows at once, each
      predicted by the fold that held it out. For means over rows it equals `mean_test_score`.
    - Pruned trials rank after all completed ones, because they cannot be picked. Their scores are
      those of the epochs that they trained. Failed trials have no scores (NaN) and share the last
      rank.

    More columns: `trial`, `status`, `name` if the space has first trials, `parameters`, `epoch`,
    `score`, `standard_error`, and each of
    `tuner.analysis.scores.SCORES` with its standard error (`brier`, `brier_standard_error`, …), and
    of the hypermodel's own metrics;
    `row_seconds` and `batch_seconds`, the times to predict one row and 1,000 rows.

    Args:
        study: The study. Its out-of-fold probabilities are read trial by trial.
        truth: The true classes of the rows.
    """
    import pandas as pd

    records = study.list_trials()
    times = study.read_prediction_times()
    ranks = _rank_trials(records, maximise=study.record.objective.maximise)
    rows = [
        (
            {
                "trial": record.trial,
                "status": record.result.status,
                **_list_name(record, study),
                "rank_test_score": rank,
            },
            _list_hyperparameters(record),
            _list_scores(record, study, truth),
            _list_split_scores(record, study),
            _list_times(times.trials.get(record.trial), study),
        )
        for record, rank in zip(records, ranks, strict=True)
    ]
    # Collect the names part by part: a hyperparameter that the first trial does not have comes
    # beside those that it has.
    names = dict.fromkeys(name for parts in zip(*rows, strict=True) for p in parts for name in p)
    merged = [{name: value for part in row for name, value in part.items()} for row in rows]
    return pd.DataFrame({name: _make_column([row.get(name) for row in merged]) for name in names})


def write_results(table: pd.DataFrame, path: Path) -> None:
    """Write a table of results as CSV, whole or not at all. Each cell of `params` is a JSON object.

    Raises:
        UserError: The file cannot be written.
    """
    params = [json.dumps(cell, ensure_ascii=False) for cell in table.params]
    try:
        text = table.assign(params=params).to_csv(index=False)
        write_whole(path, lambda file: file.write(text.encode()))
    except OSError as error:
        raise make_write_error(f"results file {path}", error, "and write it again") from error


def _make_column(values: list[Any]) -> pd.Series:
    import pandas as pd

    missing = any(value is None for value in values)
    return pd.Series(values, dtype=object if missing else None)  # keeps integers


def _list_name(record: TrialRecord, study: Study) -> dict[str, str | None]:
    """Return what the space calls the trial, if it has names for some."""
    if not study.record.space_definition.get("first"):
        return {}
    return {"name": study.record.find_first_name(record.hyperparameters)}


def _list_hyperparameters(record: TrialRecord) -> dict[str, Any]:
    return {
        "params": dict(record.hyperparameters),
        **{f"param_{name}": value for name, value in record.hyperparameters.items()},
        **{f"derived_{name}": value for name, value in record.derived.items()},
    }


def _list_scores(record: TrialRecord, study: Study, truth: Truth) -> dict[str, Any]:
    result = record.result
    numbers: dict[str, Any] = {
        "parameters": result.parameters,
        "epoch": result.epoch,
        "score": result.score,
        "standard_error": result.standard_error,
    }
    # Take the objectives from the journal, because ROC curves are slow.
    scores = {n: Score(mean, result.standard_errors[n]) for n, mean in result.scores.items()}
    if result.status != "failed":
        scores |= score_rows(
            study.arrays.read_probabilities(record.trial), truth, set(SCORES) - set(OBJECTIVES)
        )
    for name in [*SCORES, *(own for own in scores if own not in SCORES)]:
        score = scores.get(name, _UNKNOWN)
        numbers |= {name: score.value, f"{name}_standard_error": score.standard_error}
    return numbers


def _list_split_scores(record: TrialRecord, study: Study) -> dict[str, float]:
    folds, result = study.record.split.folds, record.result
    failed = result.status == "failed"
    scores = [np.nan] * len(folds) if failed else result.fold_scores
    columns = _summarise_folds("test", scores, [len(fold.validation) for fold in folds])
    curve = _TRAIN_CURVES.get(study.record.objective.name)
    if curve:
        if not failed:
            scores = [epochs[result.epoch - 1] for epochs in result.curves[curve]]
        columns |= _summarise_folds("train", scores, [len(fold.train) for fold in folds])
    return {**columns, "mean_fit_time": result.seconds / len(folds)}


def _list_times(time: PredictionTime | None, study: Study) -> dict[str, float]:
    row, batch = (time.row, time.batch) if time else (np.nan, np.nan)
    rows = float(np.mean([len(fold.validation) for fold in study.record.split.folds]))
    seconds = row + (batch - row) * (rows - 1) / (BATCH - 1)
    return {"mean_score_time": seconds, "row_seconds": row, "batch_seconds": batch}


def _summarise_folds(part: str, scores: Sequence[float], rows: Sequence[int]) -> dict[str, float]:
    mean = np.average(scores, weights=rows)
    variance = np.average((np.array(scores) - mean) ** 2, weights=rows)
    return {
        **{f"split{fold}_{part}_score": score for fold, score in enumerate(scores)},
        f"mean_{part}_score": float(mean),
        f"std_{part}_score": float(np.sqrt(variance)),
    }


def _rank_trials(records: Sequence[TrialRecord], *, maximise: bool) -> list[int]:
    """Return the rank of each trial; equal trials share the lowest of their ranks."""
    keys = [_make_rank_key(record, -1 if maximise else 1) for record in records]
    first: dict[tuple[int, float], int] = {}
    for rank, key in enumerate(sorted(keys), start=1):
        first.setdefault(key, rank)
    return [first[key] for key in keys]


def _make_rank_key(record: TrialRecord, sign: int) -> tuple[int, float]:
    status, score = record.result.status, record.result.score
    if status == "failed":
        return 2, 0.0
    return int(status == "pruned"), sign * score
