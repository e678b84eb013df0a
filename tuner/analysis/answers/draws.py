"""The draws of a search: trials that share the values of all but the compared hyperparameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tuner.analysis.answers.evidence import TrialEvidence
from tuner.space import Value
from tuner.study import TrialRecord

__all__ = ["choose_best_of_draws", "is_drawn", "list_compared_trials"]

_STATUSES = ("completed", "pruned", "failed")  # the first is the best


def list_compared_trials(evidence: TrialEvidence, name: str) -> Sequence[TrialRecord]:
    """Return the trials that a comparison counts as independent of each other.

    They are all trials, unless the space compares another hyperparameter. Then all trials of a draw
    have the same value, and the best stands for them.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter whose settings are compared.
    """
    compared = evidence.compared
    if compared is None or not is_drawn(evidence, name):
        return evidence.records
    return choose_best_of_draws(evidence.records, compared, name, maximise=evidence.maximise)


def is_drawn(evidence: TrialEvidence, name: str) -> bool:
    """Return whether a hyperparameter is drawn once for all settings of the compared one."""
    is_given = any(name in record.hyperparameters for record in evidence.records)
    return is_given and evidence.compared not in (None, name)


def choose_best_of_draws(
    records: Sequence[TrialRecord], compared: str, name: str, *, maximise: bool
) -> list[TrialRecord]:
    """Return the best trial of each draw, by number.

    A search that compares settings draws the other hyperparameters once for all settings. Its
    trials of a draw say no more of those than one trial: if the draw is a lucky one, all are good.

    Args:
        records: The study's trials.
        compared: The hyperparameter that the space compares.
        name: Another one. Trials in which it does not act are left out.
        maximise: Whether a higher score is better.
    """
    draws: dict[Value, list[_Draw]] = {}  # by the value of the other one
    for record in sorted(records, key=lambda record: record.trial):
        others = {key: v for key, v in record.hyperparameters.items() if key != compared}
        if name not in others or compared not in record.hyperparameters:
            continue
        setting, alike = record.hyperparameters[compared], draws.setdefault(others[name], [])
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
        shared: The values that its trials have, those of the compared hyperparameter left out.
        settings: The settings of the compared hyperparameter that have a trial.
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
