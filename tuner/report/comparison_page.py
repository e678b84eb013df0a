"""The page of several studies: which found the better network, and what each found."""

from collections.abc import Mapping, Sequence

from tuner.analysis import NORMAL, OutOfBag, Pair, compare_studies
from tuner.report.blocks import Block, Facts, Figure, Paragraphs, TableBlock
from tuner.report.comparing import ComparedStudy
from tuner.report.figures import (
    Estimate,
    compute_bars_height,
    draw_intervals,
    draw_progress,
    tabulate,
    to_specification,
)
from tuner.report.page import Page, Section
from tuner.scoring import OBJECTIVES
from tuner.words import format_hyperparameters, format_interval, format_score, join_words, say_name

__all__ = ["make_comparison_page"]

Exported = Mapping[str, OutOfBag]
"""What choosing what each study exports comes to on rows left out, by the study's name."""


def make_comparison_page(studies: Sequence[ComparedStudy]) -> Page:
    """Return the page that compares studies of the same rows and folds.

    They are judged by the objective of the first one, whatever the others optimised.
    """
    objective = studies[0].study.record.objective.name
    exported = {each.name: each.exported(objective) for each in studies}
    found = compare_studies(exported, maximise=OBJECTIVES[objective].direction == "max")
    data = studies[0].study.record.data
    subject = f"{data['name']}, {data['rows']:,} rows · {len(studies)} studies"
    names = join_words([each.name for each in studies], "or")
    title = f"Which found the better network: {names}?"
    sections = (
        _scores(studies, exported, found, objective),
        _networks(studies, exported, objective),
        _searches(studies, objective),
        _method(studies),
    )
    return Page(title, subject, _headline(exported, found, objective), sections)


def _headline(exported: Exported, found: Sequence[Pair[str]], objective: str) -> tuple[str, ...]:
    best = found[0].first
    beside = [each for each in found if each.first == best]
    alike = [each.second for each in beside if not each.told_apart]
    first = (
        f"The best score, corrected for the choice, is that of {best}: {say_name(objective)} "
        f"{_corrected(exported[best])}."
    )
    if not alike:
        return first, "By their paired differences it is better than all others."
    others = ", ".join(alike)
    if len(alike) == len(beside):
        return f"By their rows these cannot be told apart: {best}, {others}.", first
    return first, f"By their rows it cannot be told apart from {others}."


def _corrected(exported: OutOfBag) -> str:
    return format_score(exported.score, exported.standard_error)


def _scores(
    studies: Sequence[ComparedStudy], exported: Exported, found: Sequence[Pair[str]], objective: str
) -> Section:
    best = found[0].first
    worse = {each.second for each in found if each.first == best and each.told_apart}
    estimates = [
        _estimate(each, exported[each.name], leads=each.name not in worse) for each in studies
    ]
    chart = draw_intervals(estimates, "", objective, told=("cannot be told apart", "worse"))
    caption = (
        "The score of what each study exported, corrected for the choice, with its 95 % "
        "interval. The rows are the same ones, so that the table's paired differences tell more "
        "than whether intervals overlap."
    )
    figure = Figure(
        "scores", to_specification(chart, height=compute_bars_height(len(estimates))), "", caption
    )
    rows = tuple(
        (
            f"{each.first} less {each.second}",
            f"{each.difference:+.4f}",
            format_interval(each.interval),
            f"{each.adjusted_p:.3f}",
            "yes" if each.told_apart else "no",
        )
        for each in found
    )
    header = ("difference", say_name(objective), "95 % interval", "adjusted p", "told apart")
    words = Paragraphs(
        (
            "A study with more trials has more to choose from, and the better score by that alone: "
            "hence the correction. An interval is of one pair by itself; the adjusted p is for all "
            "pairs at once (Holm 1979). All this is of these trials on rows of this kind: another "
            "search of the same space would find other networks.",
        ),
        small=True,
    )
    table = TableBlock(header, rows, frozenset({1, 2, 3}))
    return Section("scores", "Which is better?", (figure, table, words))


def _estimate(study: ComparedStudy, exported: OutOfBag, *, leads: bool) -> Estimate:
    mean, margin = exported.score, NORMAL * exported.standard_error
    return Estimate(study.name, mean, mean - margin, mean + margin, leads, study.picks.exported)


def _networks(studies: Sequence[ComparedStudy], exported: Exported, objective: str) -> Section:
    rows = [
        ("question", *(each.study.record.title for each in studies)),
        ("exported", *(each.picks.exported for each in studies)),
        (f"its {say_name(objective)}, cross-validated", *(_plain(e, objective) for e in studies)),
        ("corrected for the choice", *(_corrected(exported[each.name]) for each in studies)),
        ("best trial", *(str(each.picks.best.trial) for each in studies)),
        ("its hyperparameters", *(_searched(each) for each in studies)),
        ("its parameters", *(f"{each.picks.best.parameters:,}" for each in studies)),
        ("smallest good network", *(_smallest(each) for each in studies)),
        (
            f"{say_name(objective)}, held-out test",
            *(
                format_score(*each.test[objective]) if objective in each.test else "–"
                for each in studies
            ),
        ),
    ]
    header = ("", *(each.name for each in studies))
    wide = frozenset(range(1, len(header)))
    return Section("networks", "What did each find?", (TableBlock(header, tuple(rows), wide=wide),))


def _plain(study: ComparedStudy, objective: str) -> str:
    pick = study.picks.exported_pick
    return format_score(pick.scores[objective], pick.standard_errors[objective])


def _searched(study: ComparedStudy) -> str:
    best, fixed = study.picks.best, study.study.record.fixed
    values = {**best.hyperparameters, **best.derived}
    return format_hyperparameters(
        {name: value for name, value in values.items() if name not in fixed}
    )


def _smallest(study: ComparedStudy) -> str:
    smallest = study.picks.smallest
    return f"trial {smallest.trial}, {smallest.parameters:,} parameters"


def _searches(studies: Sequence[ComparedStudy], objective: str) -> Section:
    same = [each for each in studies if each.study.record.objective.name == objective]
    trials = {each.name: tabulate(each.records, each.study.record) for each in same}
    caption = "Lines are the best completed trial so far, points all that completed."
    blocks: list[Block] = [
        Figure("progress", to_specification(draw_progress(trials, objective)), "", caption)
    ]
    if len(same) < len(studies):
        left = ", ".join(each.name for each in studies if each not in same)
        words = f"Not drawn, since another objective was optimised there: {left}."
        blocks.append(Paragraphs((words,), small=True))
    header = ("study", "trials", "completed", "pruned", "failed", "seconds of training")
    rows = tuple(_counts(each) for each in studies)
    blocks.append(TableBlock(header, rows, frozenset(range(1, len(header)))))
    return Section("searches", "How did the searches go?", tuple(blocks))


def _counts(study: ComparedStudy) -> tuple[str, ...]:
    statuses = [record.result.status for record in study.records]
    counts = (str(statuses.count(kind)) for kind in ("completed", "pruned", "failed"))
    seconds = sum(record.result.seconds for record in study.records)
    return (study.name, str(len(statuses)), *counts, f"{seconds:.1f}")


def _method(studies: Sequence[ComparedStudy]) -> Section:
    first = studies[0].study.record
    split = first.split
    facts = (
        ("data", f"{first.data['name']}: {first.data['rows']:,} rows"),
        ("data fingerprint", str(first.data.get("fingerprint", "unknown"))),
        ("split", f"{split.description}, of {len(split.train):,} training rows, the same for all"),
        *((name, str(first.data[name])) for name in ("groups", "order") if first.data.get(name)),
        ("seed", str(first.settings.seed)),
        *((each.name, _how(each)) for each in studies),
    )
    return Section("method", "How it was done", (Facts(facts),))


def _how(study: ComparedStudy) -> str:
    settings = study.study.record.settings
    return (
        f"space {study.study.record.space}, objective {settings.objective}, oracle "
        f"{settings.oracle}, at most {settings.epochs} epochs, trainer {settings.trainer}"
        + (f", class weights {settings.class_weight}" if settings.class_weight else "")
    )
