"""The page of several studies: which found the better network, and what each found."""

from collections.abc import Sequence

from tuner.report.blocks import Block, Facts, Figure, Table, Words
from tuner.report.comparing import Compared, Difference, differences
from tuner.report.figures import Estimate, bars_height, finished, intervals, progress, tabulate
from tuner.report.figures.trials import NORMAL
from tuner.report.page import Page, Section
from tuner.report.words import configuration, interval, score, spoken

__all__ = ["comparison_page"]


def comparison_page(studies: Sequence[Compared]) -> Page:
    """Return the page that compares studies of the same rows and folds.

    They are judged by the objective of the first one, whatever the others optimised.
    """
    objective = studies[0].study.record.objective.name
    found = differences(studies, objective)
    data = studies[0].study.record.data
    subject = f"{data['name']}, {data['rows']:,} rows · {len(studies)} studies"
    title = f"Which found the better network: {_listed([each.name for each in studies])}?"
    sections = (
        _scores(studies, found, objective),
        _networks(studies, objective),
        _searches(studies, objective),
        _method(studies),
    )
    return Page(title, subject, _headline(studies, found, objective), sections)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _headline(
    studies: Sequence[Compared], found: Sequence[Difference], objective: str
) -> tuple[str, ...]:
    best = next(each for each in studies if each.name == found[0].better)
    alike = [each.other for each in found if not each.told_apart]
    mean, error = _score_of(best, objective)
    first = f"The best score is that of {best.name}: {spoken(objective)} {score(mean, error)}."
    if not alike:
        return first, "By their paired differences over rows it is better than all others."
    others = ", ".join(alike)
    if len(alike) == len(found):
        return f"By their rows these cannot be told apart: {best.name}, {others}.", first
    return first, f"By their rows it cannot be told apart from {others}."


def _score_of(study: Compared, objective: str) -> tuple[float, float]:
    """Return the score of what a study exported, and its standard error over rows."""
    choice = study.choice
    pick = choice.ensemble if choice.exported == "ensemble" else choice.best
    return pick.scores[objective], pick.standard_errors[objective]


def _scores(studies: Sequence[Compared], found: Sequence[Difference], objective: str) -> Section:
    alike = {found[0].better, *(each.other for each in found if not each.told_apart)}
    estimates = []
    for each in studies:
        mean, error = _score_of(each, objective)
        low, high = mean - NORMAL * error, mean + NORMAL * error
        estimates.append(
            Estimate(each.name, mean, low, high, each.name in alike, each.choice.exported)
        )
    chart = intervals(estimates, "", objective, told=("cannot be told apart", "worse"))
    caption = (
        "The out-of-fold score of what each study exported, with its 95 % interval over rows. The "
        "rows are the same ones, so that the table's paired differences tell more than whether "
        "intervals overlap."
    )
    figure = Figure("scores", finished(chart, height=bars_height(len(estimates))), "", caption)
    rows = tuple(
        (
            f"{each.better} less {each.other}",
            f"{each.mean:+.4f}",
            interval((each.low, each.high)),
            "yes" if each.told_apart else "no",
        )
        for each in found
    )
    header = ("difference", spoken(objective), "95 % interval", "told apart")
    words = Words(
        (
            "The intervals are of these networks on rows of this kind. Another search of the same "
            "space would find other networks.",
        ),
        small=True,
    )
    return Section(
        "scores", "Which is better?", (figure, Table(header, rows, frozenset({1, 2})), words)
    )


def _networks(studies: Sequence[Compared], objective: str) -> Section:
    rows = [
        ("question", *(each.study.record.title for each in studies)),
        ("exported", *(each.choice.exported for each in studies)),
        (f"{spoken(objective)} of it", *(score(*_score_of(each, objective)) for each in studies)),
        ("best trial", *(str(each.choice.best.trial) for each in studies)),
        ("its hyperparameters", *(_searched(each) for each in studies)),
        ("its parameters", *(f"{each.choice.best.parameters:,}" for each in studies)),
        (
            f"its {spoken(objective)}",
            *(
                score(
                    each.choice.best.scores[objective], each.choice.best.standard_errors[objective]
                )
                for each in studies
            ),
        ),
        (
            "corrected for the choice",
            *(f"{each.choice.best.corrected_score:.4f}" for each in studies),
        ),
        ("smallest good network", *(_smallest(each) for each in studies)),
        (
            f"{spoken(objective)}, held-out test",
            *(score(*each.test[objective]) if objective in each.test else "–" for each in studies),
        ),
    ]
    header = ("", *(each.name for each in studies))
    wide = frozenset(range(1, len(header)))
    return Section("networks", "What did each find?", (Table(header, tuple(rows), wide=wide),))


def _searched(study: Compared) -> str:
    best, fixed = study.choice.best, study.study.record.fixed
    values = {**best.hyperparameters, **best.derived}
    return configuration({name: value for name, value in values.items() if name not in fixed})


def _smallest(study: Compared) -> str:
    smallest = study.choice.smallest
    return f"trial {smallest.trial}, {smallest.parameters:,} parameters"


def _searches(studies: Sequence[Compared], objective: str) -> Section:
    same = [each for each in studies if each.study.record.objective.name == objective]
    trials = {each.name: tabulate(each.records, each.study.record) for each in same}
    caption = "Lines are the best completed trial so far, points all that completed."
    blocks: list[Block] = [Figure("progress", finished(progress(trials, objective)), "", caption)]
    if len(same) < len(studies):
        left = ", ".join(each.name for each in studies if each not in same)
        words = f"Not drawn, since another objective was optimised there: {left}."
        blocks.append(Words((words,), small=True))
    header = ("study", "trials", "completed", "pruned", "failed", "seconds of training")
    rows = tuple(_counts(each) for each in studies)
    blocks.append(Table(header, rows, frozenset(range(1, len(header)))))
    return Section("searches", "How did the searches go?", tuple(blocks))


def _counts(study: Compared) -> tuple[str, ...]:
    statuses = [record.result.status for record in study.records]
    counts = (str(statuses.count(kind)) for kind in ("completed", "pruned", "failed"))
    seconds = sum(record.result.seconds for record in study.records)
    return (study.name, str(len(statuses)), *counts, f"{seconds:.1f}")


def _method(studies: Sequence[Compared]) -> Section:
    first = studies[0].study.record
    split = first.split
    facts = (
        ("data", f"{first.data['name']}: {first.data['rows']:,} rows"),
        ("data fingerprint", str(first.data.get("fingerprint", "unknown"))),
        ("folds", f"{len(split.folds)}, of {len(split.train):,} training rows, the same for all"),
        ("seed", str(first.settings.seed)),
        *((each.name, _how(each)) for each in studies),
    )
    return Section("method", "How it was done", (Facts(facts),))


def _how(study: Compared) -> str:
    settings = study.study.record.settings
    return (
        f"space {study.study.record.space}, objective {settings.objective}, oracle "
        f"{settings.oracle}, at most {settings.epochs} epochs, trainer {settings.trainer}"
    )
