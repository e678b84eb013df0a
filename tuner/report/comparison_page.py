"""The page that compares studies: which found the better network, and what each found."""

from collections.abc import Mapping, Sequence

from tuner.analysis import OutOfBag, Pair, compare_studies
from tuner.report.blocks import Block, Facts, FigureBlock, Paragraphs, TableBlock
from tuner.report.comparing import ComparedStudy
from tuner.report.figures import (
    Estimate,
    compute_bars_height,
    draw_intervals,
    draw_progress,
    tabulate,
    to_specification,
)
from tuner.report.figures.trials import STATUSES
from tuner.report.page import Page, Section
from tuner.report.sections.picks import format_pick_score
from tuner.scoring import OBJECTIVES
from tuner.words import (
    format_hyperparameters,
    format_interval,
    format_score,
    join_words,
    say_difference,
    say_name,
    say_number,
    say_result,
)

__all__ = ["make_comparison_page"]

CorrectedScores = Mapping[str, OutOfBag]
"""The corrected score of each study's exported model, by the study's name."""


def make_comparison_page(studies: Sequence[ComparedStudy]) -> Page:
    """Return the page that compares studies of the same rows and folds.

    All studies are scored by the objective of the first one, even if they optimised another.
    """
    objective = studies[0].record.objective.name
    scores = {study.name: study.score_export(objective) for study in studies}
    pairs = compare_studies(
        scores,
        studies[0].truth,
        studies[0].record.split,
        maximise=OBJECTIVES[objective].maximise,
    )
    data = studies[0].record.data
    subject = f"{data['name']}, {data['rows']:,} rows · {len(studies)} studies"
    names = join_words([study.name for study in studies], "or")
    sections = (
        _make_scores_section(studies, scores, pairs, objective),
        _make_networks_section(studies, scores, objective),
        _make_searches_section(studies, objective),
        _make_method_section(studies),
    )
    title = f"Which found the better network: {names}?"
    return Page(title, subject, _write_headline(studies, scores, pairs, objective), sections)


def _write_headline(
    studies: Sequence[ComparedStudy],
    scores: CorrectedScores,
    pairs: Sequence[Pair[str]],
    objective: str,
) -> tuple[str, ...]:
    """Return which study found the better network, and how good that is."""
    best = pairs[0].first
    with_best = [pair for pair in pairs if pair.first == best]
    told = [pair for pair in with_best if pair.told_apart]
    undecided = [pair for pair in with_best if not pair.told_apart]
    exported = next(study.picks.exported_pick for study in studies if study.name == best)
    score = say_number(scores[best].score, scores[best].standard_error)
    # the share of right rows is not corrected: where it is the objective, it would be another one
    accuracy = exported.scores.get("accuracy") if objective != "accuracy" else scores[best].score
    result = say_result(objective, score, accuracy, "corrected for the choice")
    sentences = [f"The model of {best} has the best score: {result}."]
    if told:
        sentences.insert(0, f"{best} found a better network than {_list_differences(told)}.")
    if undecided:
        equal = f"{best} cannot be told apart from {_list_differences(undecided)}."
        sentences.insert(len(sentences) if told else 0, equal)
    return (*sentences, *_describe_other_objectives(studies, objective))


def _describe_other_objectives(studies: Sequence[ComparedStudy], objective: str) -> list[str]:
    """Return that some studies were searched for another score, by which they may be better."""
    others = {
        study.name: own for study in studies if (own := study.record.objective.name) != objective
    }
    if not others:
        return []
    searched = join_words(
        [f"{name} was searched for {say_name(own)}" for name, own in others.items()]
    )
    return [
        f"All are compared by {say_name(objective)}, the objective of {studies[0].name}, but "
        f"{searched}: name another study first to compare by its objective."
    ]


def _list_differences(pairs: Sequence[Pair[str]]) -> str:
    """List the second studies of pairs with their differences from the first."""
    differences = (say_difference(pair.difference, pair.interval) for pair in pairs)
    return join_words(
        [
            f"{pair.second} (the difference is {difference})"
            for pair, difference in zip(pairs, differences, strict=True)
        ]
    )


def _format_corrected(corrected: OutOfBag) -> str:
    return format_score(corrected.score, corrected.standard_error)


def _make_scores_section(
    studies: Sequence[ComparedStudy],
    scores: CorrectedScores,
    pairs: Sequence[Pair[str]],
    objective: str,
) -> Section:
    best = pairs[0].first
    worse = {pair.second for pair in pairs if pair.first == best and pair.told_apart}
    estimates = [
        _make_estimate(study, scores[study.name], leads=study.name not in worse)
        for study in studies
    ]
    chart = draw_intervals(estimates, "", objective, legend=("cannot be told apart", "worse"))
    caption = (
        "The corrected score of each study's exported model, with its 95 % interval. All studies "
        "predict the same rows. The paired differences in the table therefore say more than an "
        "overlap of the intervals."
    )
    height = compute_bars_height(len(estimates))
    notes = (
        "A study with more trials has more to choose from, and a better score for that reason "
        "alone. The correction removes this advantage. Each interval is for one pair; the adjusted "
        "p is for all pairs at once (Holm 1979). The comparison is of these trials: another search "
        "of the same space would find other networks.",
    )
    blocks = (
        FigureBlock("scores", to_specification(chart, height=height), "", caption),
        _make_pairs_table(pairs, objective),
        Paragraphs(notes, small=True),
    )
    return Section("scores", "Which is better?", blocks)


def _make_estimate(study: ComparedStudy, corrected: OutOfBag, *, leads: bool) -> Estimate:
    return Estimate(study.name, corrected.score, *corrected.interval, leads, study.picks.exported)


def _make_pairs_table(pairs: Sequence[Pair[str]], objective: str) -> TableBlock:
    header = ("difference", say_name(objective), "95 % interval", "adjusted p", "told apart")
    rows = tuple(
        (
            f"{pair.first} less {pair.second}",
            f"{pair.difference:+.4f}",
            format_interval(pair.interval),
            f"{pair.adjusted_p:.3f}",
            "yes" if pair.told_apart else "no",
        )
        for pair in pairs
    )
    return TableBlock(header, rows, number_columns=frozenset({1, 2, 3}))


def _make_networks_section(
    studies: Sequence[ComparedStudy], scores: CorrectedScores, objective: str
) -> Section:
    names = list(dict.fromkeys(("accuracy", objective)))
    rows = [
        ("question", *(study.record.title for study in studies)),
        ("exported", *(study.picks.exported for study in studies)),
        *(
            (
                f"its {say_name(name)}, cross-validated",
                *(format_pick_score(study.picks.exported_pick, name) for study in studies),
            )
            for name in names
        ),
        (
            f"its {say_name(objective)}, corrected for the choice",
            *(_format_corrected(scores[study.name]) for study in studies),
        ),
        ("best trial", *(str(study.picks.best.trial) for study in studies)),
        ("its hyperparameters", *(_describe_best(study) for study in studies)),
        ("its parameters", *(f"{study.picks.best.parameters:,}" for study in studies)),
        ("smallest good network", *(_describe_smallest(study) for study in studies)),
        *(
            (f"{say_name(name)}, held-out test", *(_format_test(study, name) for study in studies))
            for name in names
        ),
    ]
    header = ("", *(study.name for study in studies))
    wrapped = frozenset(range(1, len(header)))
    table = TableBlock(header, tuple(rows), wrapped_columns=wrapped)
    return Section("networks", "What did each find?", (table,))


def _format_test(study: ComparedStudy, objective: str) -> str:
    return format_score(*study.test[objective]) if objective in study.test else "–"


def _describe_best(study: ComparedStudy) -> str:
    return format_hyperparameters(study.record.list_searched(study.picks.best))


def _describe_smallest(study: ComparedStudy) -> str:
    smallest = study.picks.smallest
    return f"trial {smallest.trial}, {smallest.parameters:,} parameters"


def _make_searches_section(studies: Sequence[ComparedStudy], objective: str) -> Section:
    drawn = [study for study in studies if study.record.objective.name == objective]
    trials = {study.name: tabulate(study.records, study.record) for study in drawn}
    chart = to_specification(draw_progress(trials, objective))
    caption = "Lines show the best completed trial so far, points all completed trials."
    blocks: list[Block] = [FigureBlock("progress", chart, "", caption)]
    if len(drawn) < len(studies):
        names = ", ".join(study.name for study in studies if study not in drawn)
        text = f"Not drawn, because these studies optimised another objective: {names}."
        blocks.append(Paragraphs((text,), small=True))
    header = ("study", "trials", *STATUSES, "seconds of training")
    rows = tuple(_count_trials(study) for study in studies)
    blocks.append(TableBlock(header, rows, number_columns=frozenset(range(1, len(header)))))
    return Section("searches", "How did the searches go?", tuple(blocks))


def _count_trials(study: ComparedStudy) -> tuple[str, ...]:
    statuses: list[str] = [record.result.status for record in study.records]
    counts = (str(statuses.count(status)) for status in STATUSES)
    seconds = sum(record.result.seconds for record in study.records)
    return (study.name, str(len(statuses)), *counts, f"{seconds:.1f}")


def _make_method_section(studies: Sequence[ComparedStudy]) -> Section:
    first = studies[0].record
    split = first.split
    facts = (
        ("data", f"{first.data['name']}: {first.data['rows']:,} rows"),
        ("data fingerprint", str(first.data.get("fingerprint", "unknown"))),
        ("split", f"{split.description}, of {len(split.train):,} training rows, the same for all"),
        *((name, str(first.data[name])) for name in ("groups", "order") if first.data.get(name)),
        ("seed", str(first.settings.seed)),
        *((study.name, _describe_search(study)) for study in studies),
    )
    return Section("method", "How the studies were done", (Facts(facts),))


def _describe_search(study: ComparedStudy) -> str:
    settings = study.record.settings
    return (
        f"space {study.record.space_name}, objective {settings.objective}, oracle "
        f"{settings.oracle}, at most {settings.epochs} epochs, trainer {settings.trainer}"
        + (f", class weights {settings.class_weight}" if settings.class_weight else "")
    )
