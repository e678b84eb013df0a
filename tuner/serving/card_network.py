"""The part of a model card on the network: what it is, and how long it takes to predict."""

from collections.abc import Mapping
from typing import Any

from tuner.serving.markdown import escape_text
from tuner.words import (
    format_hyperparameters,
    format_interval,
    format_milliseconds,
    say_parts,
)

__all__ = ["render_network"]


def render_network(description: Mapping[str, Any]) -> list[str]:
    """Return the lines on the network."""
    pick = description["pick"]
    lines = ["## Network", ""]
    if description["picked"] == "ensemble":
        lines += ["An ensemble of these networks, which averages their probabilities:", ""]
        lines += [f"- {_describe_member(member)}" for member in pick["members"]]
    else:
        names = {"best": "The best network", "smallest": "The smallest good network"}
        name = names.get(description["picked"], "A network that the user chose by its number")
        lines.append(f"{name}, trial {pick['trial']}: {_describe_recipe(pick)}")
    lines += ["", _describe_training(pick), ""]
    if parts := description.get("parts"):
        lines += ["What the trials of the study say of its parts:", ""]
        lines += [f"- {question} {escape_text(answer)}" for question, answer in parts.items()]
        lines.append("")
    if time := description.get("prediction_time"):
        lines += [
            f"From raw columns to probabilities, one row takes "
            f"{format_milliseconds(time['row_seconds'])} ms, and {time['batch']:,} rows at once "
            f"take {format_milliseconds(time['batch_seconds'])} ms: the compiled graph of the "
            f"whole model, on {time['device']}, where it was exported; the minimum of many "
            "repetitions.",
            "",
        ]
    return lines


def _describe_member(member: Mapping[str, Any]) -> str:
    """Describe the networks of a trial in an ensemble."""
    networks, folds = member["networks"], member.get("folds", 0)
    number = f"{folds} of" if folds else f"{networks} of"
    if added := member.get("on_all_rows", 0):
        number = f"{folds} and {added} on all rows of"
    weight = f", which count {networks} times" if folds and networks > 1 else ""
    return f"{number} trial {member['trial']}{weight}: {_describe_recipe(member)}"


def _describe_training(pick: Mapping[str, Any]) -> str:
    """Say which rows the networks were trained on, and what an ensemble costs and gains."""
    members = pick.get("members", ())
    if not members:
        return "It was trained again on all training rows."
    folds = members[0].get("folds", 0)
    gain = f"Its prediction computes all {pick['parameters']:,} parameters."
    if folds and len(members) == 1:
        gain += " What averaging them gains is not in its scores: one of them predicted each row."
    else:
        gain += (
            f" Less the best trial's, its corrected score is {pick['difference']:.4f}, 95 % "
            f"interval {format_interval(pick['difference_interval'])}."
        )
    if folds:
        added = (
            "Those on all training rows count as much as those of their trial's folds. "
            if any(member.get("on_all_rows", 0) for member in members)
            else ""
        )
        return (
            f"They are the networks of the {folds} folds of each trial, each trained on the rows "
            f"of all folds but its own. {added}{gain}"
        )
    return f"They were trained again on all training rows. {gain}"


def _describe_recipe(network: Mapping[str, Any]) -> str:
    values = {**network["hyperparameters"], **network["derived"]}
    parts = say_parts(values)
    told = [network.get("name"), f"it has {parts}" if parts else None]
    begin = "".join(f"{escape_text(each)}; " for each in told if each)
    size = f"{network['parameters']:,} parameters, {network['epoch']} epochs"
    return f"{begin}{escape_text(format_hyperparameters(values))}; {size}."
