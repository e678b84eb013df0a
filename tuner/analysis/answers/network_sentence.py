"""The answer to "which network is best?", in one sentence, for a space that compares nothing."""

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.baselines import JudgedBaseline
from tuner.analysis.ensemble import Ensemble
from tuner.words import (
    capitalize_first,
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


def answer_which_network(evidence: Evidence) -> str:
    """Return which network is best, and whether it is worth it beside the baselines."""
    network = _describe_network(evidence)
    winners = [baseline for baseline in evidence.baselines if baseline.verdict == "wins"]
    if winners:
        comma = "," if isinstance(evidence.exported, Ensemble) else ""  # ends "the best of them …"
        first = min(winners, key=evidence.get_loss)
        return (
            f"{capitalize_first(first.title)}, which does better than any network here: "
            f"{_say_right(evidence, first)}, with {network}{comma} {_say_share(evidence)}."
        )
    return f"{capitalize_first(network)}: {_say_exported_right(evidence)}{_compare(evidence)}."


def _describe_network(evidence: Evidence) -> str:
    """Return the best network as a thing, and that several are averaged, if they are."""
    network = f"a network {_list_things(evidence)}"
    if not isinstance(evidence.exported, Ensemble):
        return network
    networks = sum(member.networks for member in evidence.exported.members)
    return f"{say_count(networks)} averaged networks, the best of them {network}"


def _list_things(evidence: Evidence) -> str:
    """Return the hyperparameters of the best network that are not fixed: "with two blocks"."""
    best, fixed = evidence.best, evidence.study.fixed
    values = {n: v for n, v in {**best.hyperparameters, **best.derived}.items() if n not in fixed}
    if values.get("depth") == 0 and not best.hyperparameters.get("blocks"):
        return "without hidden layers"
    things = []
    for name in ("blocks", "filters", "depth", "kind", "dropout"):
        value = values.get(name)
        if value is None or value == "none" or (name in ("depth", "dropout") and value == 0):
            continue
        thing = say_thing(name, value)
        if name == "depth" and "units" in values:
            thing += f" of {say_thing('units', values['units'])}"
        things.append(thing)
    return f"with {join_words(things or [f'the hyperparameters of trial {best.trial}'])}"


def _say_exported_right(evidence: Evidence) -> str:
    """Return how good the exported model is: the share of right rows, then the score."""
    score = f"{evidence.exported_score:.3f}"
    interval = say_interval(*evidence.exported_interval)
    accuracy = evidence.exported.scores.get("accuracy")
    if accuracy is None:
        return f"{say_name(evidence.objective)} {score} ({interval})"
    return say_result(evidence.objective, f"{score}, {interval}", accuracy)


def _say_share(evidence: Evidence) -> str:
    accuracy = evidence.exported.scores.get("accuracy")
    return f"{evidence.exported_score:.3f}" if accuracy is None else say_share(accuracy)


def _say_right(evidence: Evidence, baseline: JudgedBaseline) -> str:
    accuracy = baseline.scores.get("accuracy")
    if accuracy is None:
        return f"{say_name(evidence.objective)} {baseline.scores[evidence.objective].value:.3f}"
    return say_right(accuracy.value)


def _compare(evidence: Evidence) -> str:
    """Return how the baselines compare, as the end of a sentence; empty if there are none."""
    ordered = sorted(evidence.baselines, key=evidence.get_loss)
    ties = [baseline for baseline in ordered if baseline.verdict == "ties"]
    if ties:
        verb = "does" if len(ties) == 1 else "do"
        names = join_words([baseline.title for baseline in ties])
        return f"; {names} {verb} as well, as far as can be told"
    if not ordered:
        return ""
    return f"; it is worth it: with {ordered[0].title} {_say_right(evidence, ordered[0])}"
