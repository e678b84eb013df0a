"""Whether a GPU trains the same networks as the CPU, and how fast: ten minutes, one table.

    python benchmarks/gpu.py                       # on a machine with a GPU
    python benchmarks/gpu.py --device cpu-xla      # a short form of the same on the CPU's XLA

First each kind of network is trained by `lanes` and by `fit`, there and on the CPU: how far are the
losses and probabilities apart? Then `lanes`, with XLA and without it, and `fit` train perceptrons
of several widths, batch sizes and numbers of trials. What does not fit into the minutes is left
out, and the table says so. Nobody has run this on a GPU yet; please send the table if you do.
"""

import argparse
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")

import numpy as np
from gpu_networks import FOLDS, list_kinds, make_mlp, make_problem
from own_process import answer_of

CLOSE = 1e-4  # of losses and probabilities; a GPU adds in another order than a CPU
NO_GPU = "TensorFlow finds no GPU here; --device cpu-xla runs a short form on the CPU's XLA"


@dataclass(frozen=True)
class Sizes:
    """What is trained.

    Attributes:
        rows: Of the timed table.
        widths: Units of each of three hidden layers.
        batches: Rows of a batch.
        trials: How many trials train at once, five lanes each.
        epochs: That are timed together.
    """

    rows: int
    widths: Sequence[int]
    batches: Sequence[int]
    trials: Sequence[int]
    epochs: int


WHOLE = Sizes(20_000, (64, 256, 1024), (32, 256, 2048), (1, 8, 64), 3)
SHORT = Sizes(300, (8,), (64,), (1,), 1)


def train(
    trainer: Any,
    hypermodel: Any,
    problem: Any,
    *,
    trials: int,
    epochs: int,
    **hooks: Any,
) -> list[Any]:
    """Train trials of a hypermodel's first values, with hooks; return their results."""
    import keras_tuner

    from tuner.training import Hooks, Job, Plan

    jobs = [Job(number, keras_tuner.HyperParameters()) for number in range(trials)]
    plan = Plan(epochs=epochs, patience=epochs, hooks=Hooks(**hooks))
    return list(trainer.train(jobs, hypermodel, problem=problem, plan=plan))


def train_kinds(gpu: Any, kinds: Sequence[str], epochs: int = 2) -> dict[str, dict[str, Any]]:
    """Train a network of each kind with both trainers.

    Args:
        gpu: The GPU of `lanes`; None for what TensorFlow finds.
        kinds: The names of the kinds.
        epochs: How many epochs.

    Returns:
        By kind and trainer, the `loss` of each fold and epoch and the `probabilities` of all rows,
        as lists; or why it `failed`. The notes of `lanes` are in the entry `notes` of a kind.
    """
    from tuner.training.fit import FitTrainer
    from tuner.training.lanes import LanesTrainer

    found: dict[str, dict[str, Any]] = {}
    for name, (hypermodel, problem) in list_kinds(epochs).items():
        if name not in kinds:
            continue
        notes: list[str] = []
        found[name] = {"notes": notes}
        for trainer in (LanesTrainer(gpu=gpu), FitTrainer()):
            heard = {"trials": 1, "epochs": epochs, "on_note": notes.append}
            (result,) = train(trainer, hypermodel, problem, **heard)
            found[name][trainer.name] = (
                {"failed": result.reason}
                if result.status == "failed"
                else {
                    "loss": np.asarray(result.curves["loss"]).tolist(),
                    "probabilities": result.probabilities.tolist(),
                }
            )
    return found


def compare_kinds(
    there: dict[str, dict[str, Any]], on_cpu: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, str, bool]]:
    """Yield kind and trainer, how far they are apart or why not, and whether that is little."""
    for kind, trainers in there.items():
        for name in ("lanes", "fit"):
            one, other = trainers[name], on_cpu[kind][name]
            failed = one.get("failed") or other.get("failed")
            if failed:
                yield f"{kind}, {name}", failed, False
                continue
            apart = max(
                float(np.abs(np.subtract(one[part], other[part])).max())
                for part in ("loss", "probabilities")
            )
            yield f"{kind}, {name}", f"{apart:.0e}", apart <= CLOSE
        for note in trainers["notes"]:
            yield kind, note, True


@dataclass
class Row:
    """A row of the table of times; seconds are None where nothing was timed.

    Attributes:
        width: Units of each of three layers.
        batch: Rows of a batch.
        lanes: How many networks train at once.
        first: Seconds of the first epoch with XLA, which has it compiled.
        compiled: Seconds of a later epoch with XLA.
        plain: Seconds of a later epoch without.
        fit: Seconds of a later epoch of as many networks by `fit`, from that of one trial.
        estimate: Bytes that the block was expected to take.
        peak: Bytes that TensorFlow took of the GPU at most.
        note: What went wrong.
    """

    width: int
    batch: int
    lanes: int
    first: float | None = None
    compiled: float | None = None
    plain: float | None = None
    fit: float | None = None
    estimate: int | None = None
    peak: int | None = None
    note: str = ""


def time_epoch(trainer: Any, hypermodel: Any, problem: Any, trials: int, epochs: int) -> float:
    """Return the seconds of an epoch of some trials.

    Raises:
        RuntimeError: A trial failed.
    """
    started = time.perf_counter()
    for result in train(trainer, hypermodel, problem, trials=trials, epochs=epochs):
        if result.status == "failed":
            raise RuntimeError(result.reason)
    return (time.perf_counter() - started) / epochs


def time_later_epoch(trainer: Any, hypermodel: Any, problem: Any, epochs: int) -> float:
    """Return the seconds of an epoch of a trial but the first, in which programs are made."""
    moments: list[float] = []
    train(
        trainer,
        hypermodel,
        problem,
        trials=1,
        epochs=1 + epochs,
        on_epoch=lambda trial, epoch: moments.append(time.perf_counter()),
    )
    return (moments[-1] - moments[0]) / epochs


def time_sizes(gpu: Any, sizes: Sizes, is_over: Callable[[], bool]) -> Iterator[Row]:
    """Time all sizes, the small ones first; rows are empty after the time is over."""
    from tuner.training.fit import FitTrainer
    from tuner.training.lanes import LanesTrainer

    problem = make_problem(sizes.rows)
    fits: dict[tuple[int, int], float] = {}  # seconds of one trial's epoch
    for trials, width, batch in itertools.product(sizes.trials, sizes.widths, sizes.batches):
        row = Row(width, batch, trials * FOLDS)
        text = f"[network]\ndepth = 3\nunits = {width}\n[sgd]\nbatch_size = {batch}\n"
        hypermodel = make_mlp(text, sizes.epochs)
        trainer, plain = LanesTrainer(gpu=gpu), LanesTrainer(gpu=gpu)
        plain.machine.compiles = False
        try:
            if not is_over():
                reset_peak()
                row.first = time_epoch(trainer, hypermodel, problem, trials, 1)
                row.compiled = time_epoch(trainer, hypermodel, problem, trials, sizes.epochs)
                row.peak, row.estimate = read_peak(), estimate_block(trainer, hypermodel, trials)
            if not is_over():
                time_epoch(plain, hypermodel, problem, trials, 1)
                row.plain = time_epoch(plain, hypermodel, problem, trials, sizes.epochs)
            if (width, batch) not in fits and not is_over():
                fits[width, batch] = time_later_epoch(FitTrainer(), hypermodel, problem, 1)
        except RuntimeError as error:
            row.note = str(error)
        if (width, batch) in fits:
            row.fit = fits[width, batch] * trials
        yield row


def estimate_block(trainer: Any, hypermodel: Any, trials: int) -> int:
    """Return the bytes that a block of some trials is expected to take, its rows included."""
    import keras_tuner

    from tuner.training import Job, Plan
    from tuner.training.lanes.stacked_mlps import make_mlp_trial

    data = trainer.programs.data
    shape = make_mlp_trial(Job(0, keras_tuner.HyperParameters()), hypermodel, Plan()).shape
    return int(shape.estimate_epoch_bytes(trials * FOLDS, data) + data.count_bytes())


def reset_peak() -> None:
    """Begin to watch what TensorFlow takes of the GPU."""
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        tf.config.experimental.reset_memory_stats("GPU:0")


def read_peak() -> int | None:
    """Return the most bytes that TensorFlow took of the GPU; None without a GPU."""
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        return None
    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])


def write_table(title: str, parity: Sequence[tuple[str, str, bool]], rows: Sequence[Row]) -> str:
    """Return all that was found, in Markdown."""

    def number(value: float | None, form: str = ".3g") -> str:
        return "–" if value is None else format(value, form)

    def megabytes(value: int | None) -> str:
        return "–" if value is None else f"{value / 1e6:,.0f}"

    lines = [
        f"# {title}",
        "",
        f"| what | apart from the CPU (at most {CLOSE:.0e}) | |",
        "|---|---|---|",
    ]
    lines += [f"| {what} | {found} | {'ok' if ok else 'TOO FAR'} |" for what, found, ok in parity]
    lines += [
        "",
        "Seconds of an epoch of all lanes; – was left out. `fit` is one trial's, times the trials.",
        "",
        "| units | batch | lanes | first, XLA | XLA | without | `fit` | MB | MB expected | |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        seconds = map(number, (row.first, row.compiled, row.plain, row.fit))
        cells = [str(row.width), str(row.batch), str(row.lanes), *seconds]
        cells += [megabytes(row.peak), megabytes(row.estimate), row.note]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and the timings; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", choices=("gpu", "cpu-xla"), default="gpu")
    parser.add_argument("--minutes", type=float, default=10.0, help="after which nothing begins")
    parser.add_argument("--kinds", type=lambda text: text.split(","), help="of networks, by comma")
    parser.add_argument("--output", type=Path, default=Path("gpu.md"), help="the table")
    parser.add_argument("--reference", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    started = time.perf_counter()

    from tuner.training.gpu import Gpu, find_gpu, require_whole_floats

    kinds = given.kinds or list(list_kinds(1))
    if given.reference:  # of this script, in a process that sees no GPU
        print(json.dumps(train_kinds(None, kinds)))
        return 0
    on_gpu = given.device == "gpu"
    gpu = find_gpu() if on_gpu else Gpu("the CPU's XLA", 2**30)
    if gpu is None:
        print(NO_GPU, file=sys.stderr)
        return 2
    require_whole_floats()
    parity = list(compare_kinds(train_kinds(gpu, kinds), _train_on_cpu(kinds, on_gpu)))
    rows = []
    for row in time_sizes(
        gpu,
        WHOLE if on_gpu else SHORT,
        lambda: time.perf_counter() - started > 60 * given.minutes,
    ):
        rows.append(row)
        text = write_table(f"{gpu.name}, {gpu.memory / 1e9:.1f} GB", parity, rows)
        given.output.write_text(text, encoding="utf-8")
    print(text)
    return 0 if all(close for _, _, close in parity) else 1


def _train_on_cpu(kinds: Sequence[str], on_gpu: bool) -> dict[str, dict[str, Any]]:
    """Train the kinds on the CPU: on a machine with a GPU, in a process that does not see it."""
    if not on_gpu:
        return train_kinds(None, kinds)
    command = [sys.executable, __file__, "--reference", "--kinds", ",".join(kinds)]
    return answer_of(command, {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"})[0]


if __name__ == "__main__":
    sys.exit(main())
