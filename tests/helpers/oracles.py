"""Oracles that are asked and told without training, and small spaces for them."""

from collections.abc import Callable
from pathlib import Path

import keras_tuner

from tuner.scoring import OBJECTIVES
from tuner.search.oracles import ORACLES, SearchOracle, StudyOracle
from tuner.space import Space, Value
from tuner.training import Job, TrialResult

Values = dict[str, Value]

FINITE = (
    "[network]\ndepth = { min = 0, max = 2 }\nunits = [4, 8]\n"
    '[regularizer]\nkind = ["none", "l2"]\nstrength = [0.1, 0.2]\n'
)
# depth 0: 3 (none, l2 × 2 strengths); depths 1 and 2: two widths × 3 each
FINITE_SIZE = 15
INFINITE = (
    "[network]\ndepth = { min = 0, max = 1 }\nunits = { min = 4, max = 64 }\n"
    "[sgd]\nlearning_rate = { min = 0.001, max = 1.0, log = true }\n"
)
ONE_RANGE = (
    "[network]\ndepth = 1\nunits = 8\n"
    "[sgd]\nlearning_rate = { min = 0.001, max = 1.0, log = true }\n"
)


class UntrainedTuner(keras_tuner.Tuner):
    """Gives an oracle the folder that it needs; tests ask and tell the oracle themselves."""

    def run_trial(self, *_: object) -> None:
        """Never called."""


def make_oracle(
    name: str,
    space: Space | None,
    folder: Path,
    *,
    max_trials: int = 100,
    epochs: int = 9,
    seed: int = 0,
    objective: str = "cross_entropy",
) -> StudyOracle:
    """Make one of this package's oracles; KerasTuner's files go to a new folder in `folder`."""
    oracle = ORACLES[name](
        space, OBJECTIVES[objective], max_trials=max_trials, epochs=epochs, seed=seed
    )
    UntrainedTuner(oracle, directory=folder, project_name=f"{len(list(folder.iterdir()))}")
    return oracle


def score(values: Values) -> float:
    """Score a configuration: the best has depth 1 and a small learning rate."""
    rate = values.get("learning_rate", 0.1)
    return abs(values["depth"] - 1) + rate + values.get("strength", 0.0)


def list_running(oracle: StudyOracle) -> list[int]:
    """Return the numbers of the running trials."""
    return [number for number, t in enumerate(oracle.trials.values()) if t.status == "RUNNING"]


def ask_many(oracle: SearchOracle, most: int) -> list[Job]:
    """Ask for trials, until there are so many or the oracle declines."""
    jobs: list[Job] = []
    while len(jobs) < most and (job := oracle.ask()):
        jobs.append(job)
    return jobs


def tell_score(oracle: SearchOracle, trial: int, value: float | None, epoch: int = 1_000) -> None:
    """Tell a trial's score in the oracle's objective, at an epoch; None if the trial failed."""
    if value is None:
        oracle.tell(TrialResult.from_failure(trial, "diverged", "it diverged"))
    else:
        name = oracle.keras_tuner_oracle.objective.name
        oracle.tell(TrialResult(trial, "completed", epoch=epoch, scores={name: value}))


def get_values(oracle: StudyOracle, trial: int) -> Values:
    """Return the hyperparameters of a trial."""
    return dict(list(oracle.trials.values())[trial].hyperparameters.values)


def list_proposals(oracle: StudyOracle) -> list[tuple[Values, int | None]]:
    """Return the configuration and the epochs of each trial so far."""
    return [
        (get_values(oracle, number), oracle.choose_epochs(number))
        for number in range(len(oracle.trials))
    ]


def drive(
    oracle: StudyOracle,
    trials: int,
    fails: Callable[[int, Values], bool] = lambda number, values: False,
) -> list[tuple[Values, int | None]]:
    """Ask for one cohort after another, and tell its scores in another order, as a search does."""
    while len(oracle.trials) < trials or list_running(oracle):
        cohort = list_running(oracle)
        size = trials if oracle.adaptive else 4 - len(cohort)
        cohort += [job.trial for job in ask_many(oracle, min(size, trials - len(oracle.trials)))]
        if not cohort:
            break
        for number in reversed(cohort):
            values = get_values(oracle, number)
            tell_score(oracle, number, None if fails(number, values) else score(values))
    return list_proposals(oracle)
