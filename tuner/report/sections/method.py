"""Where the seconds went, and how the study was done."""

from tuner.report.blocks import Code, Facts, Figure, Paragraphs
from tuner.report.content import ReportContent
from tuner.report.figures import Bar, compute_bars_height, draw_bars, to_specification
from tuner.report.figures.trials import STATUSES
from tuner.report.page import Section
from tuner.report.time_spent import TimeSpent, spent

__all__ = ["make_method_section", "make_time_section"]


def make_time_section(content: ReportContent) -> Section:
    """Return where the seconds went."""
    found = spent(content.study.journal.read(), content.records)
    total = sum(found.training.values())
    amounts = [
        Bar(f"{status} trials", found.training[status], f"{found.training[status]:.1f} s")
        for status in STATUSES
        if status in found.training
    ]
    stages = {
        "final training": found.final_training,
        "export": found.export,
        "report": found.report,
    }
    amounts += [Bar(name, amount, f"{amount:.1f} s") for name, amount in stages.items() if amount]
    searches = f", in {found.searches} parts" if found.searches > 1 else ""
    sentences = [
        f"The trials were searched in {found.searching:.1f} s of wall time{searches}; they trained "
        f"{total:.1f} s in all, some of them side by side."
    ]
    if found.final_training:
        sentences.append(_afterwards(found))
    words = Paragraphs(tuple(sentences))
    figure = Figure(
        "seconds",
        to_specification(draw_bars(amounts, "seconds"), height=compute_bars_height(len(amounts))),
    )
    return Section("seconds", "Where did the time go?", (words, figure))


def _afterwards(found: TimeSpent) -> str:
    """Return what followed the last trial; the export of a study that was killed is missing."""
    exported = f", the export and its check {found.export:.1f} s" if found.export else ""
    report = (
        f"; prediction times, baselines and the report took {found.report:.1f} s"
        if found.report
        else ""
    )
    return (
        "Picking and the training on all training rows took "
        f"{found.final_training:.1f} s{exported}{report}."
    )


def make_method_section(content: ReportContent) -> Section:
    """Return what it takes to do the study again, and to go on with it."""
    record, settings = content.record, content.record.settings
    data, split = record.data, record.split
    facts = (
        ("study", record.name),
        ("space", record.space),
        ("data", f"{data['name']}: {data['rows']:,} rows, {len(data['classes'])} classes"),
        ("data fingerprint", str(data.get("fingerprint", "unknown"))),
        (
            "split",
            f"{split.description}, of {len(split.train):,} training rows; {len(split.test):,} rows "
            "were held out",
        ),
        *((name, str(data[name])) for name in ("groups", "order") if data.get(name)),
        ("objective", settings.objective),
        ("seed", str(settings.seed)),
        ("oracle", settings.oracle + (", racing" if settings.racing else ", no racing")),
        ("trainer", settings.trainer),
        ("class weights", _class_weights(settings.class_weight)),
        ("epochs", f"at most {settings.epochs}, patience {settings.patience}"),
        ("versions", ", ".join(f"{name} {v}" for name, v in record.versions.items())),
    )
    commands = "\n".join(
        content.study.make_command(*words)
        for words in (
            ("resume", "--max-trials", str(2 * len(content.records))),
            ("export", "--pick", "smallest"),
            ("report",),
        )
    )
    notes = Paragraphs(content.answers.notes, small=True)
    how = Paragraphs(
        ("To go on with it, to export its smallest network, and to write this page again:",)
    )
    return Section("method", "How it was done", (Facts(facts), notes, how, Code(commands)))


def _class_weights(class_weight: str | None) -> str:
    if class_weight is None:
        return "none: all rows weigh alike"
    return f"{class_weight}, by each fold's training rows, in training alone; scores count rows"
