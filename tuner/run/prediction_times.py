"""Measure how long a study's networks take to predict encoded rows."""

import math
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tuner.analysis import find_front
from tuner.errors import UserError, one_line
from tuner.run.estimates import PREDICTION_SECONDS
from tuner.run.setup import Setup, make_hypermodel, make_hyperparameters
from tuner.scoring import Objective
from tuner.space.keys import KEYS
from tuner.study import BATCH, PredictionTime, PredictionTimes, Study, TrialRecord

if TYPE_CHECKING:
    import keras
    import keras_tuner

__all__ = [
    "lacks_prediction_times",
    "measure_prediction_times",
    "trace_predictions",
]

_NETWORKS = 16  # the most networks that are measured
_BUILDING = 0.7  # the share of the time after which no further network is built
_ROUNDS = 8  # over all networks, so that a moment in which the machine is busy spoils only one
_ROW_CALLS, _BATCH_CALLS = 20, 4  # calls of a network per round
# These hyperparameters decide what a space's network computes; all others act in training only, on
# the values of weights, or on rows before the network.
_VALUES = ("scaling", "frequency_scale", "parameters", "parametrization", "biases")
_SHAPE = tuple(
    key.name for key in KEYS if key.table in ("inputs", "network") and key.name not in _VALUES
)


@dataclass(slots=True)
class _Network:
    """A network as it is served, shared by all trials whose networks compute the same.

    Attributes:
        model: The network. Its graph needs it to stay alive.
        predict: Its graph, from encoded rows to probabilities.
        trials: The numbers of the trials that share it.
        row: The lowest seconds for one row so far.
        batch: The lowest seconds for `BATCH` rows so far.
    """

    model: "keras.Model"
    predict: Callable[[Any], Any]
    trials: list[int]
    row: float = math.inf
    batch: float = math.inf


def lacks_prediction_times(study: Study) -> bool:
    """Return whether trials were completed since prediction times were last measured."""
    completed = sum(record.completed for record in study.read_trials())
    return study.read_prediction_times().completed != completed


def measure_prediction_times(
    setup: Setup, study: Study, *, seconds: float = PREDICTION_SECONDS
) -> PredictionTimes:
    """Measure how long a study's networks take to predict, and keep it in the study's folder.

    A network is measured as one graph, from encoded rows in memory to probabilities in memory: the
    encoding takes the same time with all of them. (The export measures its whole model, from raw
    columns: `tuner.serving.prediction_time`.) It need not be trained, because its weights do not
    change the time.
    The lowest of many repetitions counts, because other processes can only add to it. It is
    rounded to two digits, because further digits differ from one run to the next.

    The trials on the front of score against parameters come first, then the others by score, until
    the time is up or 16 networks are measured. Trials whose networks compute the same share one.

    Args:
        setup: The study's space, data and settings.
        study: The study. Nothing should be training.
        seconds: The most seconds to take, except for a network that is slow itself.

    Raises:
        StudyError: The study's folder cannot be written.
    """
    device, rows = _choose_device(), _encode_rows(setup)
    begun = time.perf_counter()  # TensorFlow has been imported
    completed = [record for record in study.read_trials() if record.completed]
    ordered = _sort_by_merit(completed, study.record.objective)
    groups = _group_by_shape(ordered) if setup.space else ([record] for record in ordered)
    networks, notes = _build_networks(setup, groups, rows, until=begun + _BUILDING * seconds)
    _measure_networks(networks, rows, until=begun + seconds)
    measured = [network for network in networks if network.batch < math.inf]
    trials = {
        trial: PredictionTime(_round_seconds(network.row), _round_seconds(network.batch))
        for network in measured
        for trial in network.trials
    }
    times = PredictionTimes(trials, len(completed), len(measured), device, tuple(notes))
    study.write_prediction_times(times)
    return times


def _sort_by_merit(records: Sequence[TrialRecord], objective: Objective) -> list[TrialRecord]:
    """Return the trials on the front of score against parameters, then the others, best first."""
    front = {record.trial for record in find_front(records, maximise=objective.maximise)}
    to_loss = objective.to_loss
    return sorted(records, key=lambda r: (r.trial not in front, to_loss(r.result.score), r.trial))


def _group_by_shape(records: Iterable[TrialRecord]) -> Iterator[list[TrialRecord]]:
    """Yield the trials of each shape, in the order of their first trials."""
    groups: dict[Hashable, list[TrialRecord]] = {}
    for record in records:
        values = {**record.hyperparameters, **record.derived}
        groups.setdefault(tuple(values.get(name) for name in _SHAPE), []).append(record)
    yield from groups.values()


def _encode_rows(setup: Setup) -> np.ndarray:
    """Return the first training rows as networks take them, shape `(BATCH, …)`.

    If there are fewer rows, they are repeated.
    """
    problem = setup.problem
    few = problem.rows[:BATCH]
    scaler = problem.fit_scaler(few)
    rows = problem.array[few] if scaler is None else scaler.apply(problem.array[few])
    return np.resize(rows, (BATCH, *rows.shape[1:]))


def _choose_device() -> str:
    """Return the device's description: one thread, unless TensorFlow already runs with more."""
    import tensorflow as tf

    from tuner.serving.prediction_time import describe_device

    with suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(1)
    return describe_device()


def _build_networks(
    setup: Setup, groups: Iterable[list[TrialRecord]], rows: np.ndarray, *, until: float
) -> tuple[list[_Network], list[str]]:
    """Return the networks to measure, and a note about each that cannot be built or used.

    A custom hypermodel's file may have changed since the search.
    """
    try:
        hypermodel = make_hypermodel(setup)
    except UserError as error:
        return [], [f"No prediction time could be measured: {error}."]
    networks: dict[Hashable, _Network] = {}
    notes: list[str] = []
    for group in groups:
        if len(networks) + len(notes) == _NETWORKS or time.perf_counter() >= until:
            break
        try:
            key, network = _trace_network(hypermodel, group[0], rows)
        except Exception as error:
            trial = group[0].trial
            notes.append(f"Trial {trial} has no prediction time: {one_line(error)}.")
        else:
            networks.setdefault(key, network).trials.extend(record.trial for record in group)
    return list(networks.values()), notes


def _trace_network(
    hypermodel: "keras_tuner.HyperModel", record: TrialRecord, rows: np.ndarray
) -> tuple[Hashable, _Network]:
    """Return a trial's network, and a key that networks share if they compute the same."""
    model = hypermodel.build(make_hyperparameters(record.hyperparameters))
    predict = trace_predictions(model, rows)
    operations = predict.graph.get_operations()
    key = tuple(
        (operation.type, *(str(tensor.shape) for tensor in operation.outputs))
        for operation in operations
    )
    return key, _Network(model, predict, [])


def trace_predictions(model: "keras.Model", rows: np.ndarray) -> Any:
    """Return a network's graph, from encoded rows to probabilities, which was called before.

    Args:
        model: The network, which must stay alive.
        rows: Some encoded rows, shape `(rows, …)`.
    """
    import tensorflow as tf

    signature = tf.TensorSpec((None, *rows.shape[1:]), tf.float32)
    predict = tf.function(
        lambda features: model(features, training=False), input_signature=[signature]
    ).get_concrete_function()
    for few in (rows[:1], rows):
        predict(tf.constant(few))  # the first call does more, and is not measured
    return predict


def _measure_networks(networks: Sequence[_Network], rows: np.ndarray, *, until: float) -> None:
    import tensorflow as tf

    from tuner.serving.prediction_time import find_lowest_seconds

    row, batch = tf.constant(rows[:1]), tf.constant(rows)
    for _ in range(_ROUNDS):
        for network in networks:
            if time.perf_counter() >= until:
                return
            network.row = min(network.row, find_lowest_seconds(network.predict, row, _ROW_CALLS))
            seconds = find_lowest_seconds(network.predict, batch, _BATCH_CALLS)
            network.batch = min(network.batch, seconds)


def _round_seconds(seconds: float) -> float:
    return float(f"{seconds:.2g}")
