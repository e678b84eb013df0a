"""The headline: what beats the exported model, the answer, what is exported, and what else does."""

from collections.abc import Sequence

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.linear_networks import is_linear, is_linear_at_depth_0, lacks_layers
from tuner.analysis.answers.records import Answer
from tuner.analysis.baselines import JudgedBaseline
from tuner.analysis.ensemble import Ensemble
from tuner.study import Pick
from tuner.words import (
    are_clearly_fewer,
    capitalize_first,
    count_noun,
    format_score,
    get_told_share,
    join_words,
    round_to_error,
    say_count,
    say_difference,
    say_fewer,
    say_hyperparameters,
    say_interval,
    say_name,
    say_number,
    say_result,
    say_right,
    say_share,
)

__all__ = ["make_headline"]


def make_headline(
    evidence: Evidence, answer: str = "", answers: Sequence[Answer] = ()
) -> tuple[str, ...]:
    """Return the first sentences of the answers. A baseline that wins comes first.

    Args:
        evidence: The study's evidence.
        answer: The answer to the space's own question. Defaults to "" for none.
        answers: The answers on hyperparameters. Defaults to none.
    """
    ordered = sorted(evidence.baselines, key=evidence.get_loss)
    winners = [baseline for baseline in ordered if baseline.verdict == "wins"]
    return (
        *([_describe_winners(evidence, winners)] if winners else []),
        *([answer] if answer else []),
        *_describe_export(evidence),
        *_describe_baselines(evidence, ordered),
        *_describe_conflict(evidence, answers),
        *_describe_smallest(evidence),
    )


def _describe_winners(evidence: Evidence, winners: Sequence[JudgedBaseline]) -> str:
    """Return that some baselines are better than what is exported."""
    first, *others = winners
    own = get_told_share(evidence.objective, evidence.exported_accuracy)
    against = "" if own is None else f", against {say_share(own)}"
    also = f" So {'is' if len(others) == 1 else 'are'} {_list(evidence, others)}." if others else ""
    return (
        f"{capitalize_first(first.title)} is better than {_say_exported(evidence)}: "
        f"{_say_result(evidence, first)}{against}; {_say_difference(first)}.{also}"
    )


def _describe_export(evidence: Evidence) -> list[str]:
    """Return what is exported, how good it is, and the best network if that is another one."""
    exported, best = evidence.exported, evidence.best
    trials = count_noun(len(evidence.records), "trial")
    network = f"trial {best.trial}{_describe_network(evidence, best)}"
    score = say_number(best.score, best.standard_error)
    result = say_result(evidence.objective, score, best.scores.get("accuracy"))
    size = f"with {count_noun(best.parameters, 'parameter')}"
    if not isinstance(exported, Ensemble):
        return [
            f"Exported is the best of {trials}, {network}: {result}, {size}.",
            *_describe_correction(evidence),
        ]
    trials = join_words([str(member.trial) for member in exported.members])
    networks = say_count(sum(member.count for member in exported.members))
    folds = sum(member.folds for member in exported.members)
    added = sum(member.on_all_rows for member in exported.members)
    of_trials = f"trial{'s' if len(exported.members) > 1 else ''} {trials}"
    if added:
        of_trials += f", {say_count(folds)} of the folds and {say_count(added)} on all rows"
    elif folds:
        of_trials = f"the folds of {of_trials}"
    score = say_number(exported.score, exported.standard_error)
    together = say_result(evidence.objective, score, exported.scores.get("accuracy"))
    gains = [] if folds and len(exported.members) == 1 else [_describe_gain(exported)]
    gains += [_describe_averaging(evidence)] if folds else []
    mean = f"Exported is the mean of {networks} networks of {of_trials}: {together}."
    return [
        " ".join([mean, *gains]),
        *_describe_correction(evidence),
        f"The best single network is {network}: {result}, {size}.",
    ]


def _describe_network(evidence: Evidence, best: Pick) -> str:
    """Return the hyperparameters of a network, in brackets; empty if all are fixed."""
    hyperparameters = say_hyperparameters(evidence.record.list_searched(best))
    described = f" ({hyperparameters})" if hyperparameters else ""
    if lacks_layers(best.hyperparameters):
        described += ", which has no hidden layer"
    return described


def _describe_gain(ensemble: Ensemble) -> str:
    """Return whether several trials are shown to be better than the best network alone."""
    difference = say_difference(ensemble.difference, ensemble.difference_interval)
    if ensemble.told_apart:
        return f"It is better than the best network alone; the difference is {difference}."
    return (
        "That it is better than the best network alone is likely, but not shown; the difference "
        f"is {difference}."
    )


def _describe_averaging(evidence: Evidence) -> str:
    """Return what averaging the networks of folds gains, which scores out of fold lack."""
    alone = "In that score each row was predicted by the networks of one fold"
    if evidence.objective not in evidence.picks.averaging:
        return f"{alone}: what averaging them gains is not in it."
    change, error = evidence.picks.averaging[evidence.objective]
    side = "worse" if evidence.to_loss(change) > 0 else "better"
    return (
        f"{alone}; on the held-out rows what is exported is {side} than those on average, by "
        f"{format_score(abs(change), error)}."
    )


def _describe_correction(evidence: Evidence) -> list[str]:
    """Return what to expect on new rows, if that is another score than those out of fold."""
    completed, averages = len(evidence.completed), evidence.objective in evidence.picks.averaging
    if completed < 2 and not averages:
        return []
    low, high = evidence.exported_interval
    score = round_to_error(evidence.exported_score, (high - low) / 4)
    parts = [f"corrected for the choice among {completed} completed trials"] * (completed > 1)
    parts += ["with what averaging gains"] * averages
    return [
        f"On new rows, expect {_say_article(evidence.objective)} of {score} "
        f"({say_interval(low, high)}): it is {join_words(parts)}."
    ]


def _say_article(objective: str) -> str:
    name = say_name(objective)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _describe_baselines(evidence: Evidence, ordered: Sequence[JudgedBaseline]) -> list[str]:
    """Return how what is exported compares with the baselines that do not win."""
    ties = [baseline for baseline in ordered if baseline.verdict == "ties"]
    loses = [baseline for baseline in ordered if baseline.verdict == "loses"]
    sentences = [
        f"{capitalize_first(_say_exported(evidence))} cannot be told apart from {each.title}: "
        f"{_say_result(evidence, each)}; {_say_side(evidence, each)}"
        f"{_describe_chance(each) if len(ordered) > 1 else ''}."
        for each in ties
    ]
    if not loses:
        return sentences
    better = f"{_say_exported(evidence)} is better than {_list(evidence, loses)}."
    no_network = evidence.exported is evidence.best and is_linear(evidence.best.hyperparameters)
    if len(loses) < len(ordered) or no_network:
        return [*sentences, capitalize_first(better)]
    return [f"A network is worth it: {better}"]


def _list(evidence: Evidence, baselines: Sequence[JudgedBaseline]) -> str:
    """List baselines with their results in brackets."""
    return join_words([f"{each.title} ({_say_briefly(evidence, each)})" for each in baselines])


def _say_briefly(evidence: Evidence, baseline: JudgedBaseline) -> str:
    """Return a baseline's result and difference, as they stand in brackets."""
    share = get_told_share(evidence.objective, baseline.accuracy)
    right = "" if share is None else f"{say_right(share)}, "
    score = baseline.scores[evidence.objective]
    number = round_to_error(score.value, score.standard_error)
    return f"{right}{say_name(evidence.objective)} {number}; {_say_difference(baseline)}"


def _say_result(evidence: Evidence, baseline: JudgedBaseline) -> str:
    score = baseline.scores[evidence.objective]
    number = say_number(score.value, score.standard_error)
    return say_result(evidence.objective, number, baseline.accuracy)


def _say_difference(baseline: JudgedBaseline) -> str:
    difference = f"the difference is {say_difference(baseline.difference, baseline.interval)}"
    return f"clearly fewer are, though {difference}" if baseline.by_rows else difference


def _say_side(evidence: Evidence, baseline: JudgedBaseline) -> str:
    """Return by how much what is exported is ahead of a baseline, or behind it.

    Its score before the correction stands beside the sentence, and may be on the other side.
    """
    side = "ahead" if (baseline.difference < 0) == evidence.maximise else "behind"
    corrected = f"{evidence.correction}, " if evidence.correction else ""
    difference = say_difference(baseline.difference, baseline.interval)
    return f"{corrected}what is exported is {side} by {difference}"


def _describe_chance(tie: JudgedBaseline) -> str:
    """Return why a baseline is not told apart though its own interval leaves out 0."""
    low, high = tie.interval
    return ", which may be chance among several comparisons" if low * high > 0 else ""


def _say_exported(evidence: Evidence) -> str:
    """Return the name of what is exported, which the baselines are compared with."""
    return "the exported network" if evidence.exported is evidence.best else "the exported ensemble"


def _describe_conflict(evidence: Evidence, answers: Sequence[Answer]) -> list[str]:
    """Return how two findings go together that seem not to.

    The exported model can be better than logistic regression, while no single network can be told
    apart from one without hidden layers, which is a logistic regression too.
    """
    verdicts = {baseline.name: baseline.verdict for baseline in evidence.baselines}
    depths = [answer.comparison for answer in answers if answer.hyperparameters == ("depth",)]
    comparison = depths[0] if depths else None
    if verdicts.get("logistic regression") != "loses" or comparison is None:
        return []
    if 0 not in comparison.not_told_apart or not is_linear_at_depth_0(evidence, comparison):
        return []
    if 0 in comparison.open:  # it may still be told apart
        return []
    if evidence.exported is evidence.best and is_linear(evidence.best.hyperparameters):
        return [
            "That it is better than logistic regression is not owed to hidden layers: it has none, "
            "and is a logistic regression too, trained in another way."
        ]
    if is_linear(evidence.best.hyperparameters):
        reason = "depth 0, which is a logistic regression too, is the best single network"
    else:
        reason = (
            "of single networks, depth 0, which is a logistic regression too, cannot be told apart "
            "from the best"
        )
    better = "That it is better than logistic regression need not be owed to hidden layers"
    return [f"{better}: {reason}."]


def _describe_smallest(evidence: Evidence) -> list[str]:
    """Return the smallest good network; nothing of a single one."""
    best, smallest = evidence.best, evidence.picks.smallest
    if len(evidence.completed) < 2:
        return []
    if not are_clearly_fewer(smallest.parameters, than=best.parameters):
        return ["No clearly smaller network is within one standard error of the best."]
    score = say_number(smallest.score, smallest.standard_error)
    result = say_result(evidence.objective, score, smallest.scores.get("accuracy"))
    return [
        f"The smallest network within one standard error of the best is trial {smallest.trial} "
        f"({say_hyperparameters(evidence.record.list_searched(smallest))}): {result}, with "
        f"{count_noun(smallest.parameters, 'parameter')}, "
        f"{say_fewer(smallest.parameters, than=best.parameters)}."
    ]
