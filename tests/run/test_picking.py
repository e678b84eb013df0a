"""The lines on picks that follow the answer."""

from dataclasses import replace

from tuner.analysis import pick_networks
from tuner.run.picking import describe_picks


def test_each_pick_has_a_line(make_study, make_record, problem):
    study = make_study()
    for number, noise in enumerate((0.1, 9.0)):
        study.write_trial(make_record(number, noise=noise), {})
    picks = pick_networks(study, problem.truth)
    (best,) = describe_picks(study, picks)
    assert best.startswith("best: trial 0, ")
    first = picks.ensemble.members[0]
    members = (replace(first, trial=1, networks=2), replace(first, trial=0, networks=1))
    ensemble = replace(picks.ensemble, members=members, better=True)
    other = replace(picks, smallest=replace(picks.best, trial=1, parameters=3), ensemble=ensemble)
    best, smallest, exported = describe_picks(study, other)
    assert smallest.startswith("smallest within one standard error: trial 1, ")
    assert smallest.endswith(", 3 parameters")
    assert exported.startswith("to export: an ensemble of trials 1 ×2, 0: ")
    hardly = replace(other, smallest=replace(other.smallest, parameters=picks.best.parameters - 1))
    assert describe_picks(study, hardly) == [best, exported]
