"""What a search says of noise, in small; benchmarks/honesty.py is the same in large."""

import numpy as np

from benchmarks.honesty import by_trees, on_noise


def test_the_best_of_many_trials_on_noise_is_above_chance_and_corrected_is_not():
    checked = [on_noise(100, by_trees, trials=60, seed=seed) for seed in range(6)]
    assert min(each.plain for each in checked) > 0.52
    assert np.mean([each.plain for each in checked]) > 0.57
    assert abs(np.mean([each.corrected for each in checked]) - 0.5) < 0.04
    assert sum(each.covered for each in checked) >= 5
