"""Trains one of the peers of `tabular.py`, in a process of its own.

    python benchmarks/tabular_peers.py catboost FOLDER SEED

reads `train.csv` and `test.csv` of the folder, and writes `probabilities.csv`, with a column for
each class. A column is of numbers if all its cells are that are not empty and no mark of a missing
number, such as "?" or "NA", as this package has it; an empty cell of a column of levels is a level.
"""

import argparse
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["MISSING_TEXTS", "PEERS"]

MISSING_TEXTS = (
    *("NA", "N/A", "n/a", "n.a.", "N.A.", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "none", "?", "-", "--"),
    *("#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?", "#NULL!"),
)
"""Marks of a missing number: those of this package, which the Python of the peers may not have."""

_THREADS = 2
_TRIALS = 20
_ROUNDS = 2_000  # at most, of a tuned booster
_PATIENCE = 50


@dataclass(frozen=True)
class _Rows:
    """Rows of both parts.

    Attributes:
        train: Numbers as floats, levels as categories.
        y: Class numbers of the training rows, in the order of the sorted labels.
        test: Columns as in `train`.
        levels: The columns that are levels.
        seed: Decides all chance.
    """

    train: pd.DataFrame
    y: np.ndarray
    test: pd.DataFrame
    levels: list[str]
    seed: int

    def split(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the places of training rows to fit on, and of those to choose by."""
        from sklearn.model_selection import train_test_split

        places = np.arange(len(self.y))
        return train_test_split(places, test_size=0.2, random_state=self.seed, stratify=self.y)


def _read(folder: Path, seed: int) -> tuple[_Rows, list[str]]:
    train = pd.read_csv(folder / "train.csv", dtype=str, keep_default_na=False)
    test = pd.read_csv(folder / "test.csv", dtype=str, keep_default_na=False)
    y, classes = pd.factorize(train.iloc[:, -1], sort=True)
    x, levels = pd.concat([train, test], ignore_index=True).iloc[:, :-1], []
    for name in x.columns:
        numbers = pd.to_numeric(x[name], errors="coerce")
        if (numbers.isna() & ~x[name].str.strip().isin(["", *MISSING_TEXTS])).any():
            x[name] = x[name].replace("", "missing").astype("category")
            levels.append(name)
        else:
            x[name] = numbers
    x.columns = [f"f{place}" if name not in levels else f"c{place}" for place, name in enumerate(x)]
    levels = [name for name in x.columns if name.startswith("c")]
    rows = _Rows(x.iloc[: len(train)], y, x.iloc[len(train) :], levels, seed)
    return rows, [str(label) for label in classes]


def _catboost(rows: _Rows, **settings: Any) -> Any:
    from catboost import CatBoostClassifier

    return CatBoostClassifier(
        cat_features=rows.levels,
        random_seed=rows.seed,
        thread_count=_THREADS,
        verbose=False,
        allow_writing_files=False,
        loss_function="MultiClass" if rows.y.max() > 1 else "Logloss",
        **settings,
    )


def _lightgbm(rows: _Rows, **settings: Any) -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_jobs=_THREADS, random_state=rows.seed, verbose=-1, **settings)


def _draw_catboost(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "learning_rate": float(np.exp(rng.uniform(np.log(0.01), np.log(0.3)))),
        "depth": int(rng.integers(3, 9)),
        "l2_leaf_reg": float(np.exp(rng.uniform(np.log(0.5), np.log(20)))),
        "random_strength": float(np.exp(rng.uniform(np.log(0.1), np.log(10)))),
        "bagging_temperature": float(rng.uniform(0, 1)),
        "leaf_estimation_iterations": int(rng.integers(1, 11)),
    }


def _draw_lightgbm(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "learning_rate": float(np.exp(rng.uniform(np.log(0.01), np.log(0.3)))),
        "num_leaves": int(np.exp(rng.uniform(np.log(4), np.log(128)))),
        "min_child_samples": int(np.exp(rng.uniform(np.log(2), np.log(64)))),
        "subsample": float(rng.uniform(0.5, 1)),
        "subsample_freq": 1,
        "colsample_bytree": float(rng.uniform(0.4, 1)),
        "reg_lambda": float(np.exp(rng.uniform(np.log(1e-3), np.log(10)))),
    }


def _tuned(
    make: Callable[..., Any], draw: Callable[[np.random.Generator], dict[str, Any]], rows: _Rows
) -> Any:
    """Choose by the cross-entropy of a fifth of the training rows, and train on all of them.

    The first trial has the usual settings, the others are drawn; rounds are stopped early.
    """
    rng = np.random.default_rng(rows.seed)
    fitted, held_back = rows.split()
    best: tuple[float, dict[str, Any]] = (np.inf, {})
    for number in range(_TRIALS):
        settings = draw(rng) if number else {}
        loss, learned = _try(make(rows, n_estimators=_ROUNDS, **settings), rows, fitted, held_back)
        if loss < best[0]:
            best = loss, {**settings, **learned}
    return make(rows, **best[1]).fit(rows.train, rows.y)


def _try(
    model: Any, rows: _Rows, fitted: np.ndarray, held_back: np.ndarray
) -> tuple[float, dict[str, Any]]:
    """Return the cross-entropy of rows that are held back, and settings to train on all rows.

    Where none is asked for, CatBoost chooses a learning rate by the most rounds that it may take:
    for training on all rows, with fewer of them, it would choose another.
    """
    learned: dict[str, Any] = {}
    given = rows.train.iloc[fitted], rows.y[fitted]
    asked = rows.train.iloc[held_back], rows.y[held_back]
    if type(model).__name__ == "CatBoostClassifier":
        model.fit(*given, eval_set=asked, early_stopping_rounds=_PATIENCE)
        rounds = model.tree_count_
        learned["learning_rate"] = model.learning_rate_
    else:
        import lightgbm

        model.fit(
            *given, eval_set=[asked], callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)]
        )
        rounds = model.best_iteration_
    shares = model.predict_proba(asked[0])[np.arange(len(held_back)), asked[1]]
    learned["n_estimators"] = max(int(rounds), 1)
    return float(-np.log(np.maximum(shares, 1e-7)).mean()), learned


def _boosted_trees(rows: _Rows) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        categorical_features=rows.levels or None, random_state=rows.seed
    )
    return model.fit(rows.train, rows.y)


def _fill_gaps(rows: _Rows) -> _Rows:
    """Fill missing numbers with medians, which pytabkit's networks need; a column tells of each."""
    train, test = rows.train.copy(), rows.test.copy()
    for name in rows.train.columns[rows.train.isna().any() | rows.test.isna().any()]:
        median = rows.train[name].median()
        for part in (train, test):
            part[f"{name}_missing"] = part[name].isna().astype(float)
            part[name] = part[name].fillna(median).fillna(0.0)  # 0 if all are missing
    return replace(rows, train=train, test=test)


def _realmlp(rows: _Rows, **settings: Any) -> Any:
    from pytabkit import RealMLP_TD_Classifier

    model = RealMLP_TD_Classifier(
        n_cv=5, device="cpu", n_threads=_THREADS, random_state=rows.seed, **settings
    )
    return model.fit(rows.train, rows.y, cat_col_names=rows.levels)


def _tabm(rows: _Rows) -> Any:
    from pytabkit import TabM_D_Classifier

    model = TabM_D_Classifier(device="cpu", n_threads=_THREADS, random_state=rows.seed)
    return model.fit(rows.train, rows.y, cat_col_names=rows.levels)


PEERS: dict[str, Callable[[_Rows], Any]] = {
    "catboost": lambda rows: _catboost(rows).fit(rows.train, rows.y),
    "lightgbm": lambda rows: _lightgbm(rows).fit(rows.train, rows.y),
    "boosted_trees": _boosted_trees,
    "catboost_tuned": lambda rows: _tuned(_catboost, _draw_catboost, rows),
    "lightgbm_tuned": lambda rows: _tuned(_lightgbm, _draw_lightgbm, rows),
    "realmlp_smoothed": _realmlp,
    "realmlp": lambda rows: _realmlp(rows, use_ls=False, val_metric_name="cross_entropy"),
    "tabm": _tabm,
}
"""How each is trained. RealMLP is trained twice: with smoothed labels for the error, without for
the cross-entropy."""

_WITHOUT_GAPS = ("realmlp", "realmlp_smoothed", "tabm")


def main() -> None:
    """Train a peer, and write what it predicts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("seed", type=int)
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    rows, classes = _read(given.folder, given.seed)
    if given.peer in _WITHOUT_GAPS:
        rows = _fill_gaps(rows)
    probabilities = PEERS[given.peer](rows).predict_proba(rows.test)
    table = pd.DataFrame(probabilities, columns=classes)
    table.to_csv(given.folder / "probabilities.csv", index=False)


if __name__ == "__main__":
    main()
