"""What a search trains next within a time limit."""

from types import SimpleNamespace

import pytest

from tests.helpers.oracles import make_oracle
from tests.helpers.spaces import make_space
from tuner.scoring import OBJECTIVES
from tuner.search.clock import Clock
from tuner.search.final_seconds import FinalSeconds
from tuner.search.proposals import make_proposals

SPACE = make_space(
    "[network]\ndepth = { min = 0, max = 1 }\nunits = 8\n"
    '[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\nlength = [0.25, 1.0]\n'
    "learning_rate = { min = 0.001, max = 1.0, log = true }\n"
    '[[first]]\nname = "one layer"\ndepth = 1\nlearning_rate = 0.1\nlength = 1.0\n'
)
SECONDS = {0: 1.0, 1: 80.0}  # of a whole training, by depth


class Seconds:
    """Knows how long a trial takes."""

    plans_schedules = True

    def estimate(self, values, epochs=None, folds=None):
        return SECONDS[values["depth"]] * values["length"]

    guess = estimate


@pytest.fixture
def propose(tmp_path, now):
    """Return a function that proposes the first trial of a search of some seconds."""

    def propose(oracle, seconds):
        oracle = make_oracle(oracle, SPACE, tmp_path)
        journal = SimpleNamespace(read=lambda kind: [])
        recorder = SimpleNamespace(study=SimpleNamespace(journal=journal))
        clock = Clock(
            seconds,
            started=now.seconds,
            export_seconds=0.0,
            final=FinalSeconds(count_fold_times=lambda: 0, all_rows_share=0.25),
            objective=OBJECTIVES["cross_entropy"],
        )
        proposals = make_proposals(oracle, Seconds(), clock, recorder, at_once=1)
        job = proposals.propose()
        assert clock.is_over() == (job is None)
        job = job or proposals.insist()
        return job.hyperparameters.values

    return propose


@pytest.mark.parametrize("oracle", ["random", "grid", "tpe"])
@pytest.mark.parametrize(("seconds", "length"), [(300.0, 1.0), (100.0, 0.25), (10.0, 0.25)])
def test_a_search_begins_with_a_first_trial_however_short_the_time(
    propose, oracle, seconds, length
):
    """With ten seconds it has no time; a network without hidden layers would."""
    values = propose(oracle, seconds)
    assert (values["depth"], values["length"]) == (1, length)
