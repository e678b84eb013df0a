"""How the study was done, and the commands that continue it."""

from collections.abc import Mapping

from tuner.report.blocks import Code, Facts, Paragraphs
from tuner.report.content import ReportContent
from tuner.report.page import Section
from tuner.study import SearchSettings
from tuner.words import count_noun, list_counts

__all__ = ["make_method_section"]

_RARE_CLASSES = {"left_out_classes": "classes left out", "pooled_classes": "classes made one"}


def make_method_section(content: ReportContent) -> Section:
    """Return the settings that reproduce the study, and the commands that continue it."""
    study = content.study
    trials = str(2 * len(content.records))
    resume = study.make_command("resume", "--max-trials", trials)
    report = study.make_command("report")
    commands, exports = [resume, report], " "
    if content.offers_smallest:
        commands.insert(1, study.make_command("export", "--pick", "smallest"))
        exports = " export its smallest network, "
    blocks = (
        Facts(_list_facts(content)),
        Paragraphs(content.answers.notes, small=True),
        Paragraphs((f"These commands resume the study,{exports}and write this page again:",)),
        Code("\n".join(commands)),
    )
    return Section("method", "How the study was done", blocks)


def _list_facts(content: ReportContent) -> tuple[tuple[str, str], ...]:
    record = content.record
    data, split, settings, start = record.data, record.split, record.settings, record.warm_start
    pruned = sum(trial.result.status == "pruned" for trial in content.records)
    return (
        ("study", record.name),
        ("space", record.space_name),
        ("data", f"{data['name']}: {data['rows']:,} rows, {len(data['classes'])} classes"),
        ("data fingerprint", str(data.get("fingerprint", "unknown"))),
        (
            "split",
            f"{split.description}, of {len(split.train):,} training rows; {len(split.test):,} rows "
            "were held out",
        ),
        *((name, str(data[name])) for name in ("groups", "order") if data.get(name)),
        *((("missing", ", ".join(data["missing"])),) if data.get("missing") else ()),
        *(
            (title, list_counts(data[name]))
            for name, title in _RARE_CLASSES.items()
            if data.get(name)
        ),
        *((("limits", _describe_limits(settings)),) if settings.limits_networks else ()),
        ("objective", settings.objective),
        ("seed", str(settings.seed)),
        *((("began with", f"the best trials of {start.study}"),) if start else ()),
        ("oracle", settings.oracle + ("" if settings.racing else ", no racing")),
        ("ended early", count_noun(pruned, "trial") if pruned else "no trial"),
        ("trainer", settings.trainer),
        ("class weights", _describe_class_weight(settings.class_weight)),
        ("epochs", f"at most {settings.epochs}, patience {settings.patience}"),
        ("versions", ", ".join(f"{name} {v}" for name, v in record.versions.items())),
    )


def _describe_limits(settings: SearchSettings) -> str:
    """Say how large a network may be."""
    parameters, time = settings.max_parameters, settings.max_row_microseconds
    limits = [f"at most {parameters:,} parameters"] if parameters is not None else []
    limits += [f"about {time:g} microseconds a row at most"] if time is not None else []
    return ", ".join(limits)


def _describe_class_weight(class_weight: str | Mapping[str, float] | None) -> str:
    if class_weight is None:
        return "none: all rows have the same weight"
    if isinstance(class_weight, Mapping):
        weights = ", ".join(f"{name} {weight:g}" for name, weight in class_weight.items())
        return f"{weights}, in training only; scores count rows"
    return f"{class_weight}, by each fold's training rows, in training only; scores count rows"
