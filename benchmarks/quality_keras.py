"""The ways of `quality.py` that loop `model.fit` over the folds, as users of Keras write them."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

# Keras brings TensorFlow: before this package, which would turn oneDNN on, so that these ways run
# as their users have them.
import keras
import keras_tuner
import numpy as np
from keras_loop import fit_folds
from quality_run import Asked, Found
from scaled_rows import scaled_rows

__all__ = ["by_keras_tuner", "by_optuna"]

_WORST = 16.1  # log loss of a trial that diverged: as if each row were wrong with certainty


class KerasLoop:
    """Trains a configuration of the space on each fold, and the best one on all training rows."""

    def __init__(self, asked: Asked) -> None:
        from tuner.run.setup import make_hypermodel

        ready = asked.prepared()
        self.asked = asked
        self.space = ready.space
        self.problem, self.plan, self.test = ready.problem, ready.settings.plan, ready.split.test
        self.hypermodel = make_hypermodel(ready)
        keras.utils.set_random_seed(asked.seed)

    def folds(self, hp: keras_tuner.HyperParameters) -> Iterator[tuple[float, int]]:
        """Yield the best validation log loss of each fold, and its epoch."""

        def fit(model: keras.Model, *rows: np.ndarray, **options: Any) -> keras.callbacks.History:
            options["callbacks"] = [
                keras.callbacks.TerminateOnNaN(),
                keras.callbacks.EarlyStopping("val_log_loss", patience=self.plan.patience),
            ]
            return self._fit(hp, model, *rows, epochs=self.plan.epochs, **options)

        folds = (scaled_rows(self.problem, f.train, f.validation) for f in self.problem.folds)
        for curves in fit_folds(folds, partial(self._network, hp), fit):
            curve = np.nan_to_num(curves.get("val_log_loss", [_WORST]), nan=_WORST)
            yield float(curve.min()), int(curve.argmin()) + 1

    def predict(self, hp: keras_tuner.HyperParameters, epochs: int) -> np.ndarray:
        """Train on all training rows; return the probabilities of the held-out rows."""
        train, (x_test, _) = scaled_rows(self.problem, self.problem.rows, self.test)
        model = self._network(hp)
        self._fit(hp, model, *train, epochs=epochs, callbacks=[])
        return np.asarray(model.predict(x_test, verbose=0))

    def _network(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        """Build a network that tells the log loss without the penalty, which trials differ in."""
        model = self.hypermodel.build(hp)
        metric = keras.metrics.SparseCategoricalCrossentropy(name="log_loss")
        model.compile(optimizer=model.optimizer, loss=model.loss, metrics=[metric])
        return model

    def _fit(
        self,
        hp: keras_tuner.HyperParameters,
        model: keras.Model,
        *rows: np.ndarray,
        **options: Any,
    ) -> keras.callbacks.History:
        recipe = self.hypermodel.make_recipe(hp)
        if recipe.optimizer.cosine:
            planned = self.plan.epochs
            schedule = keras.callbacks.LearningRateScheduler(
                lambda epoch: recipe.optimizer.find_learning_rate(epoch, planned)
            )
            options["callbacks"] = [*options["callbacks"], schedule]
        return model.fit(*rows, batch_size=recipe.batch_size, verbose=0, **options)


@dataclass(frozen=True, slots=True)
class _Best:
    """A completed trial: its mean of the folds' best log losses, and of their epochs."""

    number: int
    score: float
    hyperparameters: keras_tuner.HyperParameters
    epochs: int


class Diary:
    """Keeps what a search had found by the end of each budget.

    Attributes:
        elapsed: Seconds of the search so far.
    """

    def __init__(self, loop: KerasLoop) -> None:
        self.loop = loop
        self.trials = self.completed = 0
        self.best: _Best | None = None
        self.before_search = loop.asked.seconds()
        self._started = time.perf_counter()
        self._kept: dict[float, tuple[int, int, float, _Best]] = {}

    @property
    def elapsed(self) -> float:
        return time.perf_counter() - self._started

    @property
    def over(self) -> bool:
        """Whether the longest budget is."""
        return self.elapsed >= max(self.loop.asked.budgets)

    def trial(self, hp: keras_tuner.HyperParameters, report: Any = None) -> float:
        """Train a trial, write it down, and return its score.

        Args:
            hp: Its hyperparameters.
            report: Is told the mean so far after each fold; may raise to give the trial up.
        """
        began, number = self.elapsed, self.trials
        self.trials += 1
        scores, epochs = [], []
        try:
            for score, epoch in self.loop.folds(hp):
                scores.append(score)
                epochs.append(epoch)
                if report:
                    report(float(np.mean(scores)), len(scores))
            self.completed += 1
            score = float(np.mean(scores))
            if self.best is None or score < self.best.score:
                self.best = _Best(number, score, hp, round(float(np.mean(epochs))))
            return score
        finally:
            for budget in self.loop.asked.budgets:
                if began < budget and self.best is not None:
                    self._kept[budget] = (self.trials, self.completed, self.elapsed, self.best)

    def found(self) -> Iterator[Found]:
        """Train the best of each budget on all training rows."""
        from tuner.space import read_active_values

        refits: dict[int, tuple[np.ndarray, float]] = {}
        for budget, (trials, completed, seconds, best) in self._kept.items():
            if best.number not in refits:
                began = time.perf_counter()
                probabilities = self.loop.predict(best.hyperparameters, best.epochs)
                refits[best.number] = probabilities, time.perf_counter() - began
            probabilities, refit_seconds = refits[best.number]
            active = read_active_values(self.loop.hypermodel.space, best.hyperparameters)
            yield Found(
                budget,
                trials=trials,
                completed=completed,
                search_seconds=seconds,
                whole_seconds=self.before_search + seconds + refit_seconds,
                configuration={**active, "epochs": best.epochs},
                probabilities=probabilities,
            )


def by_keras_tuner(oracle: str, asked: Asked) -> Iterator[Found]:
    """Search with an oracle of KerasTuner's, and its defaults.

    Args:
        oracle: `random` or `bayesian`.
        asked: The search.
    """
    loop = KerasLoop(asked)
    diary = Diary(loop)

    class Tuner(keras_tuner.Tuner):
        def run_trial(self, trial: Any, *_: Any) -> dict[str, float]:
            return {"log_loss": diary.trial(trial.hyperparameters.copy())}

        def on_trial_end(self, trial: Any) -> None:
            super().on_trial_end(trial)
            if diary.over:
                self.oracle.max_trials = len(self.oracle.trials)

    oracles = {
        "random": keras_tuner.oracles.RandomSearchOracle,
        "bayesian": keras_tuner.oracles.BayesianOptimizationOracle,
    }
    chosen = oracles[oracle](
        keras_tuner.Objective("log_loss", "min"),
        max_trials=1_000_000,
        seed=asked.seed + 1,  # 0 would be no seed
    )
    chosen.verbose = 0
    with tempfile.TemporaryDirectory() as folder:
        Tuner(chosen, loop.hypermodel, directory=folder).search()
    yield from diary.found()


def by_optuna(asked: Asked) -> Iterator[Found]:
    """Search with Optuna's TPE; its median pruner sees the mean so far after each fold."""
    import optuna

    loop = KerasLoop(asked)
    diary = Diary(loop)

    def objective(trial: optuna.Trial) -> float:
        def report(score: float, folds: int) -> None:
            trial.report(score, folds)
            if folds < len(loop.problem.folds) and trial.should_prune():
                raise optuna.TrialPruned

        hp = keras_tuner.HyperParameters()
        hp.values = dict(_suggested(loop.space, trial))
        return diary.trial(hp, report)

    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=asked.seed),
        pruner=optuna.pruners.MedianPruner(),
    )
    study.optimize(objective, timeout=max(asked.budgets))
    yield from diary.found()


def _suggested(space: Any, trial: Any) -> Mapping[str, Any]:
    """Return a configuration of a space as Optuna suggests it."""
    from tuner.space import FloatRange, IntRange

    values: dict[str, Any] = {}
    for hyperparameter in space.hyperparameters:
        name, domain = hyperparameter.name, hyperparameter.domain
        if name in values or not hyperparameter.is_active(values):
            continue
        if isinstance(domain, FloatRange) and domain.step is None:
            values[name] = trial.suggest_float(name, domain.min, domain.max, log=domain.log)
        elif isinstance(domain, IntRange) and domain.step is None:
            values[name] = trial.suggest_int(name, domain.min, domain.max, log=domain.log)
        elif isinstance(domain, (FloatRange, IntRange)):  # Optuna has no logarithm with a step
            options = domain.values()
            values[name] = options[trial.suggest_int(name, 0, len(options) - 1)]
        elif domain.size() == 1:
            (values[name],) = domain.values()
        else:
            values[name] = trial.suggest_categorical(name, domain.values())
    return values
