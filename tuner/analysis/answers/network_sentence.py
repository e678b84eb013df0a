"""The answer to "which network is best?", in one sentence, for a space that compares nothing."""

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.guessing_sentence import GUESSING, describe_beside_guessing
from tuner.analysis.baselines import JudgedBaseline
from tuner.analysis.ensemble import Ensemble
from tuner.words import (
    capitalize_first,
    get_told_share,
    join_words,
    say_count,
    say_interval,
    say_name,
    say_result,
    say_right,
    say_share,
    say_thing,
)

__all__ = ["answer_which_network"]

_STILL_LEARNING = 0.75  # a trial whose best epoch is in the last quarter of those that it trained

# What is named of the best network, unless all networks of the space have it.
_NAMED = (
    *("blocks", "filters", "depth", "heads", "numbers", "normalization", "residual"),
    *("kind", "dropout", "optimizer"),
)


def answer_which_network(evidence: Evidence) -> str:
    """Return which network is best, and whether it is worth it beside guessing and the baselines.

    It adds whether the time limit ended its training too early.
    """
    return " ".join([_name_best(evidence), *_describe_cut(evidence)])


def _describe_cut(evidence: Evidence) -> list[str]:
    """Return that the time limit ended the best network's training, if it was still learning."""
    results = [record.result for record in evidence.records]
    best = next(result for result in results if result.trial == evidence.best.trial)
    trained = len(best.curves["val_loss"][0]) if best.curves else best.epoch
    if not best.is_ended_by_clock or best.epoch < _STILL_LEARNING * trained:
        return []
    completed = len(evidence.completed)
    trial = "the only trial" if completed == 1 else f"the best of {completed} trials"
    return [f"The time limit ended {trial} while it learned: a longer search may say otherwise."]


def _name_best(evidence: Evidence) -> str:
    network = _describe_network(evidence)
    comma = "," if isinstance(evidence.exported, Ensemble) else ""  # ends "the best of them …"
    winners = [
        baseline
        for baseline in evidence.baselines
        if baseline.verdict == "wins" and baseline.name != "majority class"
    ]
    if winners:
        first = min(winners, key=evidence.get_loss)
        return (
            f"{capitalize_first(first.title)}, which does better than any network here: "
            f"{_say_right(evidence, first)}, with {network}{comma} {_say_share(evidence, first)}."
        )
    if evidence.learns_nothing:
        beside = describe_beside_guessing(
            evidence,
            f"with {network}{comma}",
            evidence.exported.score,
            evidence.exported.scores.get("accuracy"),
        )
        return f"{GUESSING}: {beside}."
    best = f"{capitalize_first(network)}: {_say_exported_right(evidence)}{_compare(evidence)}."
    return f"{best}{_describe_no_more_right(evidence)}"


def _describe_no_more_right(evidence: Evidence) -> str:
    """Return that only probabilities are better than by guessing, as a sentence after another."""
    guessing = evidence.guessing.accuracy if evidence.guessing else None
    own = evidence.exported_accuracy
    if evidence.objective != "cross_entropy" or own is None or guessing is None or own > guessing:
        return ""
    return (
        f" By guessing the most frequent class {say_share(guessing)} are: it is better by its "
        "probabilities alone."
    )


def _describe_network(evidence: Evidence) -> str:
    """Return the best network as a thing, and that several are averaged, if they are."""
    network = f"a network {_list_things(evidence)}"
    if name := evidence.record.find_first_name(evidence.best.hyperparameters):
        network = f"{name}, {network}"
    if not isinstance(evidence.exported, Ensemble):
        return network
    members = evidence.exported.members
    networks = say_count(sum(member.count for member in members))
    if len(members) == 1 and members[0].folds:
        return f"{networks} averaged networks, each {network}"
    return f"{networks} averaged networks, the best of them {network}"


def _list_things(evidence: Evidence) -> str:
    """Return what the best network has that others of the space lack: "with two blocks"."""
    best = evidence.best
    values = evidence.record.list_searched(best)
    if values.get("depth") == 0 and not best.hyperparameters.get("blocks"):
        return "without hidden layers"
    things = []
    for name in _NAMED:
        if name not in values:
            continue
        thing = say_thing(name, values[name])
        if thing.startswith("no ") or (name == "heads" and values[name] == 1):
            continue
        if name == "depth" and "units" in values:
            thing += f" of {say_thing('units', values['units'])}"
        things.append(thing)
    return f"with {join_words(things or [f'the hyperparameters of trial {best.trial}'])}"


def _say_exported_right(evidence: Evidence) -> str:
    """Return how good the exported model is: the share of right rows, then the score."""
    score = f"{evidence.exported_score:.3f}"
    interval = say_interval(*evidence.exported_interval)
    accuracy = evidence.exported_accuracy
    return say_result(evidence.objective, score, accuracy, interval)


def _say_share(evidence: Evidence, baseline: JudgedBaseline) -> str:
    """Return how good the exported model is, beside a baseline of which it was said."""
    share = get_told_share(evidence.objective, evidence.exported_accuracy)
    score = f"{evidence.exported_score:.3f}"
    if share is None:
        return score
    return say_share(share) + (f" ({score})" if _score_decides(evidence, baseline) else "")


def _say_right(evidence: Evidence, baseline: JudgedBaseline) -> str:
    """Return how good a baseline is, with its score if the shares do not show which is better."""
    share = get_told_share(evidence.objective, baseline.accuracy)
    score = f"{say_name(evidence.objective)} {baseline.scores[evidence.objective].value:.3f}"
    if share is None:
        return score
    decides = f" ({score}, which decides)" if _score_decides(evidence, baseline) else ""
    return say_right(share) + decides


def _score_decides(evidence: Evidence, baseline: JudgedBaseline) -> bool:
    """Return whether the shares of right rows, as told, do not show which of both is better."""
    shares = evidence.exported_accuracy, baseline.accuracy
    own, other = (get_told_share(evidence.objective, share) for share in shares)
    if evidence.objective == "accuracy" or own is None or other is None:
        return False
    if say_share(own) == say_share(other):
        return True
    return (other > own) != (baseline.verdict == "wins")


def _compare(evidence: Evidence) -> str:
    """Return how the baselines compare, as the end of a sentence; empty if there are none."""
    ordered = sorted(evidence.baselines, key=evidence.get_loss)
    ties = [baseline for baseline in ordered if baseline.verdict == "ties"]
    if ties:
        verb = "does" if len(ties) == 1 else "do"
        names = join_words([baseline.title for baseline in ties])
        return f"; {names} {verb} as well, as far as can be told"
    if not ordered or any(baseline.verdict != "loses" for baseline in ordered):
        return ""  # the majority class may win where networks are trained for another goal
    return f"; it is worth it: with {ordered[0].title} {_say_right(evidence, ordered[0])}"
