"""All trials of a study as a table, under the names of scikit-learn's `cv_results_`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tuner.analysis.scores import SCORES, Score, score_rows
from tuner.errors import UserError
from tuner.scoring import OBJECTIVES, Truth
from tuner.study import BATCH, PredictionTime, Study, TrialRecord

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["make_results_table", "write_results"]

# The objectives of which the trainers keep a curve of the training rows.
_TRAIN_CURVES = {"cross_entropy": "loss", "accuracy": "accuracy"}
_UNKNOWN = Score(np.nan, np.nan)


def make_results_table(study: Study, truth: Truth) -> pd.DataFrame:
    """Return a row for each trial, by number.

    As in scikit-learn's `cv_results_`:

    - `params`, a dictionary, and `param_NAME`, empty where the trial has no such hyperparameter;
      `derived_NAME` is what follows from them and the data.
    - `split0_test_score` …: the objective of each fold's own validation rows. `mean_test_score`
      and `std_test_score` are over folds, each weighted by its rows.
    - `split0_train_score` …, `mean_train_score`, `std_train_score`, likewise, where the objective
      is `cross_entropy` or `accuracy`: as the training rows were scored during the trial's last
      epoch, with dropout, and before each batch's update, as Keras logs it.
    - `mean_fit_time`: seconds of training and validation, shared out equally among the folds.
    - `mean_score_time`: seconds to predict a fold's validation rows, on a line through what one row
      and 1,000 rows took; empty where it was not measured.
    - `rank_test_score`: 1 is the best.

    Where it differs from scikit-learn:

    - A score has the objective's own sign: less cross-entropy is better, and ranks first.
    - Ranks go by `score`, what the study picks by: the objective of all rows at once, each
      predicted by the fold that held it out. For means over rows this is `mean_test_score`.
    - Pruned trials rank after all completed ones, since they may not be picked; their scores are
      of the epochs that they have. Failed ones have no scores (NaN), and share the last rank.

    Also `trial`, `status`, `parameters`, `epoch`, `score`, `standard_error`, and each of
    `tuner.analysis.scores.SCORES` with its standard error (`brier`, `brier_standard_error`, …);
    `row_seconds` and `batch_seconds`, which predictions of one row and of 1,000 rows took.

    Args:
        study: The study; its out-of-fold probabilities are read trial by trial.
        truth: What they are held against.
    """
    import pandas as pd

    records = sorted(study.read_trials(), key=lambda record: record.trial)
    times = study.read_prediction_times()
    ranks = _ranks(records, maximise=study.record.objective.direction == "max")
    rows = [
        (
            {"trial": record.trial, "status": record.result.status, "rank_test_score": rank},
            _hyperparameters(record),
            _scores(record, study, truth),
            _split_scores(record, study),
            _prediction(times.trials.get(record.trial), study),
        )
        for record, rank in zip(records, ranks, strict=True)
    ]
    # a hyperparameter that the first trial does not have stands beside those that it has
    names = dict.fromkeys(name for parts in zip(*rows, strict=True) for p in parts for name in p)
    merged = [{name: value for part in row for name, value in part.items()} for row in rows]
    return pd.DataFrame({name: _column([row.get(name) for row in merged]) for name in names})


def write_results(table: pd.DataFrame, path: Path) -> None:
    """Write a table of results; `params` is a JSON object in its cell.

    Raises:
        UserError: The file cannot be written.
    """
    written = table.assign(params=[json.dumps(each, ensure_ascii=False) for each in table.params])
    try:
        written.to_csv(path, index=False)
    except OSError as error:
        raise UserError(
            f"results file {path} cannot be written ({error.strerror}); mend that, and "
            "write it again"
        ) from error


def _column(values: list[Any]) -> pd.Series:
    import pandas as pd

    missing = any(value is None for value in values)
    return pd.Series(values, dtype=object if missing else None)  # whole numbers stay whole


def _hyperparameters(record: TrialRecord) -> dict[str, Any]:
    return {
        "params": dict(record.hyperparameters),
        **{f"param_{name}": value for name, value in record.hyperparameters.items()},
        **{f"derived_{name}": value for name, value in record.derived.items()},
    }


def _scores(record: TrialRecord, study: Study, truth: Truth) -> dict[str, Any]:
    result = record.result
    numbers: dict[str, Any] = {
        "parameters": result.parameters,
        "epoch": result.epoch,
        "score": result.score,
        "standard_error": result.standard_error,
    }
    # the journal has the objectives, of which the ROC curves take long
    scores = {n: Score(mean, result.standard_errors[n]) for n, mean in result.scores.items()}
    if result.status != "failed":
        scores |= score_rows(
            study.arrays.read_probabilities(record.trial), truth, set(SCORES) - set(OBJECTIVES)
        )
    for name in SCORES:
        score = scores.get(name, _UNKNOWN)
        numbers |= {name: score.value, f"{name}_standard_error": score.standard_error}
    return numbers


def _split_scores(record: TrialRecord, study: Study) -> dict[str, float]:
    folds, result = study.record.split.folds, record.result
    failed = result.status == "failed"
    scores = [np.nan] * len(folds) if failed else result.fold_scores
    columns = _over_folds("test", scores, [len(fold.validation) for fold in folds])
    curve = _TRAIN_CURVES.get(study.record.objective.name)
    if curve:
        if not failed:
            scores = [epochs[result.epoch - 1] for epochs in result.curves[curve]]
        columns |= _over_folds("train", scores, [len(fold.train) for fold in folds])
    return {**columns, "mean_fit_time": result.seconds / len(folds)}


def _prediction(time: PredictionTime | None, study: Study) -> dict[str, float]:
    row, batch = (time.row, time.batch) if time else (np.nan, np.nan)
    rows = float(np.mean([len(fold.validation) for fold in study.record.split.folds]))
    seconds = row + (batch - row) * (rows - 1) / (BATCH - 1)
    return {"mean_score_time": seconds, "row_seconds": row, "batch_seconds": batch}


def _over_folds(part: str, scores: Sequence[float], rows: Sequence[int]) -> dict[str, float]:
    mean = np.average(scores, weights=rows)
    variance = np.average((np.array(scores) - mean) ** 2, weights=rows)
    return {
        **{f"split{fold}_{part}_score": score for fold, score in enumerate(scores)},
        f"mean_{part}_score": float(mean),
        f"std_{part}_score": float(np.sqrt(variance)),
    }


def _ranks(records: Sequence[TrialRecord], *, maximise: bool) -> list[int]:
    """Return the rank of each trial; equals share the first of their places."""
    keys = [_rank_key(record, -1 if maximise else 1) for record in records]
    first: dict[tuple[int, float], int] = {}
    for place, key in enumerate(sorted(keys), start=1):
        first.setdefault(key, place)
    return [first[key] for key in keys]


def _rank_key(record: TrialRecord, sign: int) -> tuple[int, float]:
    status, score = record.result.status, record.result.score
    if status == "failed":
        return 2, 0.0
    return int(status == "pruned"), sign * score
