"""Renders the model card: what an exported model is, how good it is, and how to call it."""

from collections.abc import Mapping
from typing import Any

from tuner.data import IMAGE_TARGET
from tuner.serving.call_examples import render_calls
from tuner.serving.card_network import render_network
from tuner.serving.markdown import escape_text, format_code
from tuner.words import (
    capitalize_first,
    escape_controls,
    format_interval,
    join_words,
    list_counts,
    list_first,
)

__all__ = ["render_model_card"]

_MAX_COLUMNS = 40  # rows of the table of columns
_MAX_LEVELS = 12  # levels in a row of it
_MAX_CLASSES = 20  # rows of the table of classes


def render_model_card(description: Mapping[str, Any], example: Mapping[str, Any]) -> str:
    """Return the text of `README.md`, which may be shown on a terminal.

    Args:
        description: The content of `model.json`.
        example: A row of raw columns, as JSON has it.
    """
    lines = [
        *_render_title(description),
        *_render_data(description),
        *render_network(description),
        *_render_notes(description),
        *_render_scores(description),
        *_render_classes(description),
        *_render_calibration(description["calibration"]),
        *_render_limits(description),
        *render_calls(description, example),
    ]
    return escape_controls("\n".join(lines)) + "\n"


def _render_title(description: Mapping[str, Any]) -> list[str]:
    schema = description["schema"]
    if schema["array_shape"] is None:
        target, rows = f" of {format_code(schema['target'])}", "the columns of a table"
    else:
        target, rows = "", f"arrays of shape {tuple(schema['array_shape'])}"
    classes = list_first([format_code(name) for name in schema["classes"]], _MAX_COLUMNS)
    return [
        f"# {description['study']}",
        "",
        f"A softmax classifier{target}. It takes {rows} unchanged, as the data have them, and "
        f"predicts the probability of each class: {classes}.",
        "",
        *_render_images(schema),
        f"The study {format_code(description['study'])} selected it. Its question was: "
        f"{escape_text(description['question'])}",
        "",
    ]


def _render_images(schema: Mapping[str, Any]) -> list[str]:
    """Say how image files become rows, if the data were a folder of images."""
    if schema["array_shape"] is None or schema["target"] != IMAGE_TARGET:
        return []
    return [
        "A row is an image: height, width and colour channels (no channels if it is grey), with "
        "values from 0 to 255. `tuner predict` reads PNG and JPEG files in this form.",
        "",
    ]


def _render_data(description: Mapping[str, Any]) -> list[str]:
    data, schema, measured = description["data"], description["schema"], description["measured"]
    held_out = f"; {measured['test_rows']:,} were held out." if measured["test_rows"] else "."
    lines = [
        "## Data",
        "",
        f"{format_code(data['name'])}, {data['rows']:,} rows; SHA-256 of the encoded data "
        f"`{data['fingerprint']}`. The network was trained on {measured['training_rows']:,} rows"
        f"{held_out}",
        "",
    ]
    if schema["array_shape"] is not None:
        return lines
    used = [column for column in schema["columns"] if column["kind"] != "ignored"]
    lines += ["| column | kind | levels | missing values |", "|---|---|---|---|"]
    lines += [_render_column(column) for column in used[:_MAX_COLUMNS]]
    if len(used) > _MAX_COLUMNS:
        lines += ["", f"and {len(used) - _MAX_COLUMNS} more columns, which `model.json` lists."]
    return [*lines, ""]


def _render_column(column: Mapping[str, Any]) -> str:
    levels = list_first([format_code(level) for level in column["levels"]], _MAX_LEVELS)
    missing = "yes" if column["missing"] else "none in the data"
    if column.get("other"):
        levels += "; all others pooled"
    kind = f"{column['kind']} like {column['notation']}" if "notation" in column else column["kind"]
    return f"| {format_code(column['name'])} | {kind} | {levels} | {missing} |"


def _render_notes(description: Mapping[str, Any]) -> list[str]:
    notes = description.get("notes", [])
    return [line for note in notes for line in (f"**Note**: {escape_text(note)}.", "")]


def _render_scores(description: Mapping[str, Any]) -> list[str]:
    measured, test = description["measured"], description["test"]
    if test:
        test_note = (
            f"{measured['test_rows']:,} rows that no decision used, predicted by this exported "
            "model."
        )
    else:
        test_note = "not available for this model."
    return [
        "## Scores",
        "",
        "| score | cross-validated | held-out test |",
        "|---|---|---|",
        *(
            f"| {name} | {_format_score(score)} | "
            f"{_format_score(test[name]) if name in test else '–'} |"
            for name, score in description["cross_validated"].items()
        ),
        "",
        "The brackets hold the 95 % interval.",
        "",
        f"- Cross-validated in {measured['split']}: the mean over {measured['scored_rows']:,} "
        "rows, before calibration. Networks that did not train on a row predict it. "
        + _describe_estimate(description)
        + _describe_correction(description),
        f"- Held-out test: {test_note}",
        "",
    ]


def _describe_estimate(description: Mapping[str, Any]) -> str:
    """Return that several networks of a trial are scored by an estimate, if there are some."""
    members = description["pick"].get("members", ())
    estimated = any(each["networks"] > 1 and not each.get("folds") for each in members)
    if not estimated or description["measured"]["trials"] < 2:  # nothing to estimate it from
        return ""
    return "What several networks of one trial gain is estimated from other trials. "


def _describe_correction(description: Mapping[str, Any]) -> str:
    pick, trials = description["pick"], description["measured"]["trials"]
    if pick["corrected_score"] is None:
        return str(pick["note"])
    score, interval, parts = pick["corrected_score"], pick["corrected_interval"], []
    optimistic = ""
    if trials > 1:
        optimistic = (
            f"The score is optimistic, because the network was picked among {trials} trials. "
        )
        parts.append("corrected for that")
    if exported := description.get("exported_score"):
        score, interval = exported["score"], exported["interval"]
        parts += ["calibrated"] * description["calibration"]["applied"]
        gains = "with what averaging folds gains on the held-out rows"
        parts += [gains] * bool(description.get("averages_folds"))
    begin = f"{capitalize_first(join_words(parts))}, " if parts else "On new rows, expect "
    verb = "is" if parts else "of"
    return (
        f"{optimistic}{begin}{description['objective']} {verb} {score:.4f}, 95 % interval "
        f"{format_interval(interval)}."
    )


def _format_score(score: Mapping[str, Any]) -> str:
    low, high = score["interval"]
    return f"{score['score']:.4f} [{low:.4f}, {high:.4f}]"


def _render_classes(description: Mapping[str, Any]) -> list[str]:
    """Render the recall and the precision of each class, and the threshold of two classes."""
    classes, threshold = description.get("class_scores", []), description.get("threshold")
    lines = ["## Classes", "", "| class | rows | recall | precision |", "|---|---|---|---|"]
    shown = classes
    if len(classes) > _MAX_CLASSES:
        shown = sorted(classes, key=lambda each: each["recall"] or 0.0)[:_MAX_CLASSES]
    lines += [
        f"| {format_code(each['name'])} | {each['rows']:,} | {_format_share(each, 'recall')} | "
        f"{_format_share(each, 'precision')} |"
        for each in shown
    ]
    if len(classes) > _MAX_CLASSES:
        more = len(classes) - _MAX_CLASSES
        lines += ["", f"and {more} more of at least this recall, which `model.json` lists."]
    lines += ["", "Out of fold, with standard errors.", ""]
    if threshold is not None:
        lines += [
            f"`class` is {format_code(threshold['predicted'])} from a probability of "
            f"{threshold['value']:.4g} on. The threshold was chosen for "
            f"{format_code(threshold['rule'])}: on folds that did not choose it, "
            f"{threshold['score']:.4f} against {threshold['half']:.4f} at 0.5 (standard error of "
            f"the difference {threshold['standard_error']:.4f}). The scores above are of the more "
            "probable class.",
            "",
        ]
    return lines if classes else []


def _format_share(scores: Mapping[str, Any], name: str) -> str:
    share, error = scores[name], scores[f"{name}_standard_error"]
    return "–" if share is None else f"{share:.4f} ± {error:.4f}"


def _render_calibration(calibration: Mapping[str, Any]) -> list[str]:
    before, after = calibration["cross_entropy"], calibration["calibrated_cross_entropy"]
    effect = (
        f"changes the out-of-fold cross-entropy from {before:.4f} to {after:.4f}, where each "
        "fold's temperature is fitted on the other folds; the standard error of the difference is "
        f"{calibration['standard_error_of_difference']:.4f}."
    )
    if calibration["applied"]:
        text = (
            "The probabilities are calibrated within the model: p becomes softmax(log p / T) with "
            f"the temperature T = {calibration['temperature']:.3f}. This {effect}"
        )
    else:
        text = (
            "The probabilities are not calibrated, because that did not clearly improve them. The "
            f"fitted temperature of {calibration['fitted_temperature']:.3f} {effect}"
        )
    return ["## Calibration", "", text, ""]


def _render_missing(schema: Mapping[str, Any]) -> list[str]:
    """Say which texts of the user's own mean a missing value, if there are any."""
    texts = [format_code(text) for text in schema.get("missing_texts", ())]
    return [f"- A cell with {' or '.join(texts)} has no value."] if texts else []


def _render_rare_classes(description: Mapping[str, Any]) -> list[str]:
    """Say which classes had too few rows for the folds, so that the model does not know them."""
    data, lines = description["data"], []
    if left_out := data.get("left_out_classes"):  # absent from models of earlier versions
        lines.append(
            f"- It does not know these classes of the data, which had too few rows: "
            f"{escape_text(list_counts(left_out))}."
        )
    if pooled := data.get("pooled_classes"):
        lines.append(
            f"- Its class {format_code(description['classes'][-1])} stands for classes that "
            f"had too few rows: {escape_text(list_counts(pooled))}."
        )
    return lines


def _render_limits(description: Mapping[str, Any]) -> list[str]:
    is_table, data = description["schema"]["array_shape"] is None, description["data"]["name"]
    table_limits = [
        "- A level that the data did not have counts as a rare one if rare levels were pooled, or "
        "else as none of the known ones. A missing number counts as the middle of its column if "
        "the data had none missing.",
        *_render_missing(description["schema"]),
        "- A text that is no number or date where the model reads one is refused by "
        "`tuner predict`, `tuner serve` and MLflow, unless they are told to take it as missing. "
        "The other formats do so.",
    ]
    return [
        "## Intended use and limits",
        "",
        f"- The model is for rows of the same origin as {format_code(data)}. "
        "The scores do not hold for other rows, and its probabilities may be confident and wrong.",
        "- It always names one of its classes. It cannot say that a row belongs to none of them.",
        *_render_rare_classes(description),
        *(table_limits if is_table else []),
        "- The scores are means over all rows. They may be worse for a group of people or a rare "
        "class: check that before the model decides anything about anyone.",
        "",
    ]
