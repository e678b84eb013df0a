"""What a better score costs: parameters, and seconds of prediction."""

from collections.abc import Mapping

from tuner.report.blocks import Block, Figure, Table, Words
from tuner.report.figures import crowded, finished, score_against_size, score_against_time
from tuner.report.material import Material
from tuner.report.page import Section
from tuner.study import BATCH, TrialRecord
from tuner.words import count_noun, format_milliseconds, format_score, say_name

__all__ = ["cost"]

_FRONTS = {"parameters": "size", "prediction_time": "time"}


def cost(of: Material) -> Section:
    """Return the charts of score against parameters and prediction time, and both fronts."""
    named = {of.picks.smallest.trial: "smallest", of.picks.best.trial: "best"}
    blocks = [_against_size(of, named), *_against_time(of, named)]
    if len(of.fronts.trials) > 1:
        blocks += _fronts(of)
    return Section("size", "What does a larger network buy?", tuple(blocks))


def _against_size(of: Material, named: Mapping[int, str]) -> Block:
    sizes = {record.result.parameters for record in of.completed}
    if len(sizes) == 1:
        which = "All have" if len(of.completed) > 1 else "The one that was completed has"
        return Words((f"{which} {sizes.pop():,} parameters.",))
    chart = score_against_size(of.trials, [r.trial for r in of.fronts.parameters], named)
    return Figure(
        "size",
        finished(chart),
        caption="Each completed trial, ± one standard error. On the front is what no other trial "
        "beats in both score and size." + crowded(len(of.completed)),
    )


def _against_time(of: Material, named: Mapping[int, str]) -> list[Block]:
    times = of.fronts.times
    notes = [Words(times.notes, small=True)] if times.notes else []
    seconds = {time.batch for time in times.trials.values()}
    if not seconds:
        again = of.study.command("report")
        how = f" This measures them, where there was no time left: `{again}`"
        words = "Prediction times were not measured." + ("" if times.notes else how)
        return [Words((words,)), *notes]
    if len(seconds) == 1:
        took = format_milliseconds(seconds.pop())
        words = f"Predictions of {BATCH:,} rows take {took} ms. {_how(of)}"
        return [Words((words,)), *notes]
    chart = score_against_time(
        of.trials, times.trials, [record.trial for record in of.fronts.time], named
    )
    caption = f"{_how(of)} On the front is what none of these beats in both score and time."
    figure = Figure("prediction-time", finished(chart), "", caption + crowded(len(times.trials)))
    return [figure, *notes]


def _how(of: Material) -> str:
    """Return what was measured."""
    times = of.fronts.times
    completed = count_noun(len(of.completed), "completed trial")
    return (
        f"Measured on {times.device}, from encoded rows to probabilities, the least of many "
        f"repetitions: {count_noun(times.networks, 'network')}, those on the front of size first "
        f"and then the best, for {len(times.trials):,} of {completed}. Trials of the same shape "
        "have the same time."
    )


def _fronts(of: Material) -> list[Block]:
    """Return the trials on either front as a table, and how to export one of them."""
    trials = of.fronts.trials
    header = (
        "trial",
        say_name(of.objective),
        "parameters",
        f"ms, {BATCH:,} rows",
        "ms, one row",
        "front of",
        "hyperparameters",
    )
    rows = tuple(_cells(of, record) for record in trials)
    export = of.study.command("export", "--pick", str(trials[0].trial))
    words = f"`{export}` exports one of them, and `--pick pareto` all."
    return [Table(header, rows, frozenset(range(5)), frozenset({6})), Words((words,), small=True)]


def _cells(of: Material, record: TrialRecord) -> tuple[str, ...]:
    result, time = record.result, of.fronts.times.trials.get(record.trial)
    on = of.fronts.holds(record.trial)
    return (
        str(record.trial),
        format_score(result.score, result.standard_error),
        f"{result.parameters:,}",
        format_milliseconds(time.batch) if time else "–",
        format_milliseconds(time.row) if time else "–",
        " and ".join(_FRONTS[name] for name, is_on in on.items() if is_on),
        of.words(record),
    )
