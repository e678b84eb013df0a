"""How long a trial takes, by trials of a run."""

from dataclasses import replace

import keras_tuner

from tests.helpers.training import make_job
from tuner.search.trial_seconds import TrialSeconds, Work
from tuner.training import TrialResult


class Measured(keras_tuner.HyperModel):
    """A hypermodel that knows what its networks take: units are products, in 100 / batch steps."""

    def build(self, hp):
        """Never called."""

    def measure_work(self, values):
        steps = 100 / values["batch_size"]
        return Work(steps, values["units"] * values["batch_size"] * steps)


def make_result(epochs, seconds):
    return TrialResult(0, "completed", seconds=seconds, curves={"loss": [[1.0] * epochs] * 2})


def test_nothing_is_known_before_a_trial_has_ended():
    seconds = TrialSeconds(Measured())
    job = make_job(units=8, batch_size=10)
    assert seconds.estimate(job, 5) is None
    seconds.add({"units": 8, "batch_size": 10}, TrialResult.from_failure(0, "raised", "it raised"))
    assert seconds.estimate(job, 5) is None


def test_a_trial_takes_as_long_as_one_like_it():
    seconds = TrialSeconds(Measured())
    seconds.add({"units": 8, "batch_size": 10}, make_result(epochs=4, seconds=8.0))
    job = make_job(units=8, batch_size=10)
    assert seconds.estimate(job, 5) == 10.0
    assert seconds.estimate(replace(job, epochs=3), 5) == 6.0


def test_the_time_grows_at_most_in_proportion_and_never_falls_below_a_larger_ones():
    seconds = TrialSeconds(Measured())
    seconds.add({"units": 8, "batch_size": 10}, make_result(epochs=1, seconds=2.0))
    assert seconds.estimate(make_job(units=16, batch_size=10), 1) == 4.0
    assert seconds.estimate(make_job(units=4, batch_size=10), 1) == 2.0
    assert seconds.estimate(make_job(units=8, batch_size=5), 1) == 4.0  # twice as many steps
    seconds.add({"units": 16, "batch_size": 10}, make_result(epochs=1, seconds=3.0))
    assert seconds.estimate(make_job(units=16, batch_size=10), 1) == 3.0
    assert seconds.estimate(make_job(units=8, batch_size=10), 1) == 2.0


def test_of_other_hypermodels_nothing_is_known():
    class Unmeasured(keras_tuner.HyperModel):
        def build(self, hp):
            """Never called."""

    seconds = TrialSeconds(Unmeasured())
    seconds.add({"units": 8}, make_result(epochs=4, seconds=8.0))
    assert seconds.estimate(make_job(units=8), 5) is None
