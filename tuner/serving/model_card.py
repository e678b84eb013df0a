"""The model card of an exported model: what it is, how good it is, and how it is called."""

from collections.abc import Mapping
from typing import Any

from tuner.data import IMAGE_TARGET
from tuner.serving.call_examples import describe_calls
from tuner.serving.markdown import escape_text, format_code
from tuner.words import format_hyperparameters, format_interval, list_first

__all__ = ["render_model_card"]

_COLUMNS = 40  # that are listed
_LEVELS = 12  # of a column that are listed


def render_model_card(content: Mapping[str, Any], example: Mapping[str, Any]) -> str:
    """Return the text of `README.md`.

    Args:
        content: What `model.json` says.
        example: A row of raw columns as JSON has it.
    """
    parts = [
        *_title(content),
        *_data(content),
        *_network(content),
        *_notes(content),
        *_scores(content),
        *_calibration(content["calibration"]),
        *_limits(content),
        *describe_calls(content, example),
    ]
    return "\n".join(parts) + "\n"


def _notes(content: Mapping[str, Any]) -> list[str]:
    return [
        line
        for note in content.get("notes", [])
        for line in (f"**Note**: {escape_text(note)}.", "")
    ]


def _images(schema: Mapping[str, Any]) -> list[str]:
    """Say how files become rows, where the model was trained on a folder of images."""
    if schema["array_shape"] is None or schema["target"] != IMAGE_TARGET:
        return []
    return [
        "A row is an image: height, width and colours (none of grey ones), values from 0 to 255. "
        "`tuner predict` brings PNG and JPEG files to that form.",
        "",
    ]


def _title(content: Mapping[str, Any]) -> list[str]:
    schema = content["schema"]
    if schema["array_shape"] is None:
        subject, rows = f" of {format_code(schema['target'])}", "the columns of a table"
    else:
        subject, rows = "", f"arrays of shape {tuple(schema['array_shape'])}"
    classes = ", ".join(format_code(name) for name in schema["classes"])
    return [
        f"# {content['study']}",
        "",
        f"A softmax classifier{subject}. It takes {rows} as they stand in the data, and answers "
        f"with the probability of each class: {classes}.",
        "",
        *_images(schema),
        f"It was found by the study {format_code(content['study'])}, which asked: "
        f"{escape_text(content['question'])}",
        "",
    ]


def _data(content: Mapping[str, Any]) -> list[str]:
    data, schema, measured = content["data"], content["schema"], content["measured"]
    lines = [
        "## Data",
        "",
        f"{format_code(data['name'])}, {data['rows']:,} rows; SHA-256 of the encoded data "
        f"`{data['fingerprint']}`. The network was trained on {measured['training_rows']:,} of "
        "them" + (f"; {measured['test_rows']:,} were held back." if measured["test_rows"] else "."),
        "",
    ]
    if schema["array_shape"] is not None:
        return lines
    used = [column for column in schema["columns"] if column["kind"] != "ignored"]
    lines += ["| column | kind | levels | missing values |", "|---|---|---|---|"]
    lines += [_column(column) for column in used[:_COLUMNS]]
    if len(used) > _COLUMNS:
        lines += ["", f"and {len(used) - _COLUMNS} more, which `model.json` lists."]
    return [*lines, ""]


def _column(column: Mapping[str, Any]) -> str:
    levels = column["levels"]
    shown = list_first([format_code(level) for level in levels], _LEVELS)
    missing = "yes" if column["missing"] else "none in the data"
    if column.get("other"):
        shown += "; all others as one"
    kind = f"{column['kind']} like {column['notation']}" if "notation" in column else column["kind"]
    return f"| {format_code(column['name'])} | {kind} | {shown} | {missing} |"


def _network(content: Mapping[str, Any]) -> list[str]:
    pick = content["pick"]
    lines = ["## Network", ""]
    if content["picked"] == "ensemble":
        lines += ["The mean of the probabilities of these networks:", ""]
        lines += [
            f"- {each['networks']} of trial {each['trial']}: {_settings(each)}"
            for each in pick["members"]
        ]
    else:
        named = {"best": "The best network", "smallest": "The smallest good network"}
        what = named.get(content["picked"], "A network that was asked for by its number")
        lines.append(f"{what}, trial {pick['trial']}: {_settings(pick)}")
    return [*lines, "", "All of it was trained again on all training rows.", ""]


def _settings(network: Mapping[str, Any]) -> str:
    values = {**network["hyperparameters"], **network["derived"]}
    size = f"{network['parameters']:,} parameters, {network['epoch']} epochs"
    return f"{escape_text(format_hyperparameters(values))}; {size}."


def _scores(content: Mapping[str, Any]) -> list[str]:
    measured, test = content["measured"], content["test"]
    return [
        "## Scores",
        "",
        "| score | cross-validated | held-out test |",
        "|---|---|---|",
        *(
            f"| {name} | {_score(score)} | {_score(test[name]) if name in test else '–'} |"
            for name, score in content["cross_validated"].items()
        ),
        "",
        "In brackets is the 95 % interval, 1.96 standard errors over rows to either side.",
        "",
        f"- Cross-validated in {measured['split']}: the mean over {measured['scored_rows']:,} "
        "rows, each predicted by networks that did not train on it, before calibration. "
        + _corrected(content),
        f"- Held-out test: {measured['test_rows']:,} rows that no decision was made by, predicted "
        "by this model as it is exported."
        if test
        else "- Held-out test: there is none of this model.",
        "",
    ]


def _corrected(content: Mapping[str, Any]) -> str:
    pick, trials = content["pick"], content["measured"]["trials"]
    if pick["corrected_score"] is None:
        return str(pick["note"])
    return (
        f"It is the score of a pick among {trials} trials; corrected for that, "
        f"{content['objective']} is {pick['corrected_score']:.4f}, 95 % interval "
        f"{format_interval(pick['corrected_interval'])}."
    )


def _score(score: Mapping[str, Any]) -> str:
    low, high = score["interval"]
    return f"{score['score']:.4f} [{low:.4f}, {high:.4f}]"


def _calibration(calibration: Mapping[str, Any]) -> list[str]:
    before, after = calibration["cross_entropy"], calibration["calibrated_cross_entropy"]
    judged = (
        f"out-of-fold cross-entropy goes from {before:.4f} to {after:.4f}, where each fold's "
        "temperature is fitted on the other folds; the standard error of the difference is "
        f"{calibration['standard_error_of_difference']:.4f}"
    )
    if calibration["applied"]:
        sentence = (
            "The probabilities are calibrated, in the exported graph: p becomes softmax(log p / T) "
            f"with the temperature T = {calibration['temperature']:.3f}. By it {judged}."
        )
    else:
        sentence = (
            "The probabilities are the network's own. A temperature of "
            f"{calibration['fitted_temperature']:.3f} was tried and does not pay: {judged}."
        )
    return ["## Calibration", "", sentence, ""]


def _limits(content: Mapping[str, Any]) -> list[str]:
    table = content["schema"]["array_shape"] is None
    return [
        "## Intended use and limits",
        "",
        f"- For rows that come from where {format_code(content['data']['name'])} comes from. On "
        "others the scores say nothing, and the probabilities may be sure and wrong.",
        "- It always names one of its classes. It does not know that a row is of none of them.",
        *(
            [
                "- A level that was not in the data counts as one of the rare ones, where those "
                "were pooled, or else as none of the known ones; a missing number, where there was "
                "none in the data, as the mean.",
                "- Where a number or a date is a text, one that cannot be read as such counts as "
                "missing.",
            ]
            if table
            else []
        ),
        "- The scores are means over all rows. For a group of people, or a rare class, it may be "
        "worse: look at that before it decides anything about anyone.",
        "",
    ]
