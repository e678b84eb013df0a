"""The draws of a search: trials that share the values of all but the compared hyperparameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tuner.analysis.answers.evidence import TrialEvidence
from tuner.analysis.setting_comparison import find_untried_shares
from tuner.space import Value
from tuner.study import TrialRecord

__all__ = ["choose_best_of_draws", "leave_out_cut", "list_compared_trials"]

_STATUSES = ("completed", "pruned", "failed")  # the first is the best


def list_compared_trials(evidence: TrialEvidence, name: str) -> Sequence[TrialRecord]:
    """Return the trials that a comparison counts as independent of each other; evidence keeps them.

    They are all trials, unless the space compares another hyperparameter. Then all trials of a draw
    have the same value, and the best stands for them. Where all configurations were tried, no draw
    was a lucky one, and each trial counts.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter whose settings are compared.

    Returns:
        The study's trials themselves, or a list with one trial of each draw.
    """
    if name not in evidence.compared_trials:
        evidence.compared_trials[name] = _choose_compared_trials(evidence, name)
    return evidence.compared_trials[name]


def leave_out_cut(
    trials: Sequence[TrialRecord], get_setting: Callable[[TrialRecord], Value | None]
) -> list[TrialRecord]:
    """Leave out trials that the time limit ended, if their setting has others.

    Such a trial may have hardly begun, and says little of what its setting can do.
    """
    whole = {
        get_setting(record)
        for record in trials
        if record.completed and not record.result.is_ended_by_clock
    }
    return [
        record
        for record in trials
        if not record.result.is_ended_by_clock or get_setting(record) not in whole
    ]


def _choose_compared_trials(evidence: TrialEvidence, name: str) -> Sequence[TrialRecord]:
    own = evidence.compared
    if own is None or not _is_drawn(evidence, name):
        return evidence.records
    return choose_best_of_draws(evidence.records, own, name, maximise=evidence.maximise)


def _is_drawn(evidence: TrialEvidence, name: str) -> bool:
    """Return whether settings of the space's own hyperparameter share what is drawn of another."""
    is_given = any(name in record.hyperparameters for record in evidence.records)
    if not is_given or evidence.compared in (None, name):
        return False
    untried = find_untried_shares(
        evidence.space, name, evidence.records, evidence.count_configurations
    )
    return not untried or any(untried.values())


def choose_best_of_draws(
    records: Sequence[TrialRecord], own: str, name: str, *, maximise: bool
) -> list[TrialRecord]:
    """Return the best trial of each draw, by number.

    A search that compares settings lets them share draws of the other hyperparameters. The trials
    of a draw say no more of those than one trial: if the draw is a lucky one, all are good.

    Args:
        records: The study's trials.
        own: The hyperparameter that the space compares.
        name: Another one. Trials in which it does not act are left out.
        maximise: Whether a higher score is better.
    """
    trials = [record for record in records if {own, name} <= set(record.hyperparameters)]
    active = [set(record.hyperparameters) for record in trials]
    always = sorted(set.intersection(*active) - {own}) if active else []
    draws: dict[tuple[Value, ...], list[_Draw]] = {}  # by the values that all trials have
    for record in sorted(trials, key=lambda record: record.trial):
        others = {key: v for key, v in record.hyperparameters.items() if key != own}
        alike = draws.setdefault(tuple(others[key] for key in always), [])
        setting = record.hyperparameters[own]
        draw = next((draw for draw in alike if draw.takes(setting, others)), None)
        if draw is None:
            draw = _Draw()
            alike.append(draw)
        draw.add(record, setting, others)
    sign = -1.0 if maximise else 1.0

    def rank(record: TrialRecord) -> tuple[int, float]:
        return _STATUSES.index(record.result.status), sign * record.result.score

    best = [min(draw.trials, key=rank) for alike in draws.values() for draw in alike]
    return sorted(best, key=lambda record: record.trial)


@dataclass(slots=True)
class _Draw:
    """A draw of the other hyperparameters, and its trials so far.

    Attributes:
        shared: The values that its trials have, but for the space's own hyperparameter.
        settings: The settings of the space's own hyperparameter that have a trial.
        trials: The trials.
    """

    shared: dict[str, Value] = field(default_factory=dict)
    settings: set[Value] = field(default_factory=set)
    trials: list[TrialRecord] = field(default_factory=list)

    def takes(self, setting: Value, others: Mapping[str, Value]) -> bool:
        """Return whether a trial may be of this draw: it agrees, as far as both use a value."""
        return setting not in self.settings and all(
            self.shared.get(name, value) == value for name, value in others.items()
        )

    def add(self, record: TrialRecord, setting: Value, others: Mapping[str, Value]) -> None:
        self.shared |= others
        self.settings.add(setting)
        self.trials.append(record)
