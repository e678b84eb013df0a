"""Which settings of a hyperparameter can be told apart: depths, regularizers, batch sizes."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tuner.analysis.pairs import Pair
from tuner.analysis.setting_records import Comparison, Setting
from tuner.analysis.setting_tests import SettingTest, run_setting_tests
from tuner.analysis.significance import LEVEL, NORMAL, adjust_by_holm
from tuner.analysis.training_noise import compute_noise_ratio
from tuner.folds import Split
from tuner.scoring import Objective, add_unseen_losses
from tuner.space import Space, Value
from tuner.study import FEWEST_ROUNDS, TrialRecord

__all__ = [
    "compare_settings",
    "find_untried_shares",
    "make_value_getter",
    "may_matter",
]

# Of any objective. A difference that is smaller wherever it is in its interval matters to nobody:
# half a percent of rows, or of the probability that a row's class gets.
_NEGLIGIBLE = 0.005


def make_value_getter(name: str) -> Callable[[TrialRecord], Value | None]:
    """Return a function that returns a trial's value of a hyperparameter, given or derived."""

    def get_setting(record: TrialRecord) -> Value | None:
        return record.hyperparameters.get(name, record.derived.get(name))

    return get_setting


def find_untried_shares(
    space: Space | None,
    name: str,
    records: Sequence[TrialRecord],
    count: Callable[[Space], int | None],
) -> dict[Value, float]:
    """Return the share of each setting's configurations that have no trial.

    Args:
        space: The space. None if it is unknown.
        name: The compared hyperparameter.
        records: The study's trials.
        count: Counts the configurations of a space that may be tried.

    Returns:
        By setting, for settings with finitely many configurations.
    """
    if space is None or all(item.name != name for item in space.hyperparameters):
        return {}
    if space.find_hyperparameter(name).domain.size() is None:
        return {}
    tried: dict[Value, set[str]] = {}
    for record in records:
        if name in record.hyperparameters:
            configuration = str(sorted(record.hyperparameters.items()))
            tried.setdefault(record.hyperparameters[name], set()).add(configuration)
    sizes = {value: count(space.pin(name, value)) for value in tried}
    return {v: max(0.0, 1 - len(tried[v]) / size) for v, size in sizes.items() if size}


# Over 40 lines: most of them state the method and what it assumes.
def compare_settings(
    records: Sequence[TrialRecord],
    cluster_values: Mapping[int, np.ndarray],
    *,
    get_setting: Callable[[TrialRecord], Value | None],
    split: Split,
    objective: Objective,
    untried: Mapping[Value, float] | None = None,
) -> Comparison:
    """Compare settings by the best trial of each, out of equally many trials of each.

    Only the first m trials of each setting are compared, by number, where m is the smallest number
    of trials among settings that have a completed one. So a setting gains nothing from having more
    trials. The best completed one of the m stands for the setting. The setting with the best score
    is compared with each other one, and a difference is told only if two tests agree on it:

    - Student's t on the difference of their scores. Its variance is the sum of that over rows and
      folds (`estimate_row_variances`), which is that of each setting's better trials on average,
      and that which comes from luck (`estimate_luck`): what is by chance in a single network
      counts once. Holm's adjustment over the settings follows.
    - A test by exchange of trials between settings (`run_exchange_test`), which makes up for the
      choice of the best setting, and for luck that few trials do not show. Where all configurations
      of both were tried there is no luck. Then Student's tests over rows and over folds may take
      its place, adjusted for all pairs of settings, since a single trial has none to exchange.

    The assumptions are:

    - The difference of two scores is about normal over rows, and folds are correlated as Nadeau and
      Bengio suppose.
    - The k-th trials of all settings are drawn in the same way, as the random oracle does. Its
      draws are spread more evenly than random ones, so luck is rather overestimated. An oracle that
      learns over all settings draws more of what suits the better ones.
    - A failed trial counts as the worst of all. A pruned one counts with the score that it had
      reached, which is worse than what it would have come to.
    - The difference is that of the settings' trials on average over trainings, on new rows. Two
      single networks, one of each setting, differ from that by chance in their own training, which
      may be larger than the interval (benchmarks/coverage.py). It says nothing of the settings.
    - A cross-entropy near zero may have mistakes that no row shows (`tuner.scoring.unseen`). They
      add a quarter of their variance in either setting, as in paired proportions (Agresti and Min
      2005, Statistics in Medicine 24).
    - The data are fixed: the result does not say how other data sets of the kind would turn out.

    With one trial of each setting nothing is told apart, because luck is unknown. Measured error
    rates are in docs/measurements.md (benchmarks/comparisons.py, benchmarks/known_truths.py).

    Args:
        records: The study's trials.
        cluster_values: The objective of each cluster by completed trial, shape `(clusters,)`.
        get_setting: Returns the setting of a trial; None leaves the trial out. It also puts the
            values of a range into bins.
        split: The study's folds.
        objective: What the trials are compared by.
        untried: The share of each setting's configurations that have no trial, as
            `find_untried_shares` returns it. What is not left cannot be drawn, and adds no luck.
            Defaults to all of them.
    """
    sign = objective.to_loss(1.0)
    groups = _group_trials(records, get_setting)
    rounds = min((len(own) for own in groups.values() if any(r.completed for r in own)), default=0)
    groups_compared = {value: own[:rounds] for value, own in groups.items()}
    ranked = {value: _rank(own, sign) for value, own in groups_compared.items()}
    values = sorted(
        (value for value, own in ranked.items() if own),
        key=lambda value: _make_key(ranked[value][0], sign),
    )
    compared = [ranked[value] for value in values]
    unseen = _list_unseen(compared, cluster_values, objective)
    settings = [
        _make_setting(value, own[0], len(groups[value]), split.scored_rows, hidden)
        for value, own, hidden in zip(values, compared, unseen, strict=True)
    ]
    without = [Setting(v, len(own)) for v, own in groups.items() if not ranked[v]]
    losses = _collect_losses([groups_compared[value] for value in values], sign)
    left = [1.0 if untried is None else untried.get(value, 1.0) for value in values]
    tests = run_setting_tests(compared, cluster_values, split, losses, left, unseen)
    pairs = _make_pairs(values, tests)
    alike = [pair.second for pair in pairs if not pair.told_apart]
    return Comparison(
        rounds,
        (*settings, *without),
        tuple(pairs),
        (*values[:1], *alike),
        open=_find_open(pairs, tests, rounds),
        single_errors=tuple(test.single_networks.standard_error for test in tests),
    )


def _group_trials(
    records: Sequence[TrialRecord], get_setting: Callable[[TrialRecord], Value | None]
) -> dict[Value, list[TrialRecord]]:
    """Return the trials of each setting, by number."""
    groups: dict[Value, list[TrialRecord]] = {}
    for record in sorted(records, key=lambda record: record.trial):
        value = get_setting(record)
        if value is not None:
            groups.setdefault(value, []).append(record)
    return groups


def _list_unseen(
    compared: Sequence[Sequence[TrialRecord]],
    cluster_values: Mapping[int, np.ndarray],
    objective: Objective,
) -> list[float]:
    """Return the variance of mistakes that no row shows, of the best trial of each setting."""
    if objective.name != "cross_entropy":
        return [0.0] * len(compared)
    return [add_unseen_losses(cluster_values[own[0].trial]) for own in compared]


def _rank(records: Sequence[TrialRecord], sign: float) -> list[TrialRecord]:
    """Return the completed trials, the best first."""
    completed = [record for record in records if record.completed]
    return sorted(completed, key=lambda record: _make_key(record, sign))


def _make_key(record: TrialRecord, sign: float) -> tuple[float, int]:
    """Return what trials are ranked by: their loss, and of equal ones their size."""
    return sign * record.result.score, record.result.parameters


def _make_setting(
    value: Value, record: TrialRecord, trials: int, rows: int, unseen: float
) -> Setting:
    """Return a setting that a trial stands for, and the variance of mistakes that no row shows."""
    result = record.result
    trained = result.standard_error**2 * (1 + compute_noise_ratio([(record, 1)], rows))
    margin = NORMAL * float(np.sqrt(trained + unseen))
    interval = result.score - margin, result.score + margin
    accuracy = result.scores.get("accuracy")
    return Setting(value, trials, record.trial, result.score, interval, accuracy)


def _collect_losses(groups: Sequence[Sequence[TrialRecord]], sign: float) -> np.ndarray:
    """Return the losses of the compared trials, shape `(rounds, settings)`; NaN of failed ones.

    The k-th trials of all settings are a round.
    """
    losses = np.array([[sign * record.result.score for record in own] for own in groups]).T
    losses[~np.isfinite(losses)] = np.nan
    return losses


def _find_open(
    pairs: Sequence[Pair[Value]], tests: Sequence[SettingTest], rounds: int
) -> tuple[Value, ...]:
    """Return the settings of which it cannot be told yet whether they do as well as the best one.

    Where all configurations were tried, it is settled but for differences that may be chance.
    """
    of_single = adjust_by_holm([test.single_networks.p for test in tests])
    return tuple(
        pair.second
        for pair, test, p in zip(pairs, tests, of_single, strict=True)
        if not pair.told_apart
        and (test.can_draw or pair.excludes_zero)
        and (
            rounds < FEWEST_ROUNDS
            or ((p <= LEVEL or pair.excludes_zero or test.luck_dominates) and may_matter(pair))
        )
    )


def may_matter(pair: Pair[Value]) -> bool:
    """Return whether a pair's difference may be so large that it matters to anybody."""
    return max(abs(end) for end in pair.interval) > _NEGLIGIBLE


def _make_pairs(values: Sequence[Value], tests: Sequence[SettingTest]) -> list[Pair[Value]]:
    """Return the best setting's pairs."""
    adjusted = adjust_by_holm([test.t.p for test in tests])
    return [
        Pair(
            values[0],
            value,
            test.t.difference,
            test.t.interval,
            p=max(test.t.p, test.p),
            adjusted_p=max(adjusted_p, test.p),
            told_apart=max(adjusted_p, test.p) <= LEVEL,
        )
        for value, test, adjusted_p in zip(values[1:], tests, adjusted, strict=True)
    ]
