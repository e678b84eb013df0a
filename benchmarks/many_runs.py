"""What a trial costs in MLflow when its experiment has thousands, and what `tuner sync` takes then.

    tuner search --data digits --space mlp_depth --max-trials 20
    export MLFLOW_TRACKING_URI=postgresql://HOST/EMPTY      # else a SQLite database
    python benchmarks/many_runs.py digits-mlp_depth-1 --trials 10000

The study's trials are repeated under new numbers. The first are written as a search writes them,
then MLflow's rows of them are copied within its database, and at the end some more are written. So
the database should be empty at first. With `--server`, all is written through that server of
MLflow, which has this database.
"""

import argparse
import os
import resource
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy

from tuner.study import EventKind, Study, TrialRecord
from tuner.tracking import choose_tracking_uri
from tuner.tracking.runs import StudyRuns
from tuner.tracking.store import connect

_TABLES = ("runs", "tags", "params", "metrics", "latest_metrics")


@contextmanager
def measured(what: str, divisor: int = 1) -> Iterator[None]:
    """Print a line of the table: what something takes, of the clock and of this process."""
    began, worked = time.perf_counter(), time.process_time()
    yield
    took, work = time.perf_counter() - began, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {what} | {1e3 * took / divisor:.1f} | {1e3 * work / divisor:.1f} | {memory:.0f} |")


def copy_runs(engine: sqlalchemy.Engine, copies: int) -> None:
    """Copy all trials in MLflow's database, each time as trials of higher numbers."""
    tables = sqlalchemy.MetaData()
    tables.reflect(engine, only=_TABLES)
    tags = tables.tables["tags"]
    trials = tags.c.key == "tuner.trial"
    number = sqlalchemy.cast(tags.c.value, sqlalchemy.Integer)
    with engine.begin() as connection:
        runs = list(connection.scalars(sqlalchemy.select(tags.c.run_uuid).where(trials)))
        for copy in range(1, copies + 1):
            value = sqlalchemy.cast(number + copy * len(runs), sqlalchemy.String)
            for table in (tables.tables[name] for name in _TABLES):
                selected = {column.name: column for column in table.columns}
                name = sqlalchemy.func.substr(table.c.run_uuid, 9)
                selected["run_uuid"] = sqlalchemy.literal(f"{copy:08x}").concat(name)
                if table is tags:
                    selected["value"] = sqlalchemy.case((trials, value), else_=tags.c.value)
                rows = sqlalchemy.select(*selected.values()).where(table.c.run_uuid.in_(runs))
                connection.execute(table.insert().from_select(list(table.columns), rows))


def append(study: Study, records: list[TrialRecord], numbers: range) -> None:
    """Append trials to a study's journal, under new numbers."""
    for number in numbers:
        record = records[number % len(records)]
        renumbered = replace(record.result, trial=number)
        study.journal.append(EventKind.TRIAL, **replace(record, result=renumbered).to_dict())


def main() -> None:
    """Write, copy, write, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("study")
    parser.add_argument("--root", type=Path, default=Path("mlruns"))
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--written", type=int, default=100, help="at first, and at the end")
    parser.add_argument("--server", help="the address of a server with this database")
    given = parser.parse_args()
    os.environ["MLFLOW_LOGGING_LEVEL"] = "ERROR"
    os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"  # as `tuner sync` does
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        source = Study.open(given.study, given.root)
        study = Study.create(replace(source.record, id=secrets.token_hex(8)), root)
        run(study, list(source.read_trials()), root, given)


def run(study: Study, records: list[TrialRecord], root: Path, given: argparse.Namespace) -> None:
    """Measure a study that has no trials yet."""
    uri = choose_tracking_uri(None, root)
    client = connect(given.server or uri, root, print)
    engine = sqlalchemy.create_engine(uri)
    runs = StudyRuns(client, study, root)
    runs.update()
    print("| what | ms | ms of this process | peak memory, MB |")
    print("|---|---|---|---|")
    append(study, records, range(given.written))
    with measured("a trial in an empty experiment", given.written):
        runs.update()
    copies = given.trials // given.written - 1
    copy_runs(engine, copies)
    last = (copies + 1) * given.written
    append(study, records, range(given.written, last))
    again = StudyRuns(client, study, root)
    with measured(f"sync of {last} trials that MLflow has"):
        again.update()
    append(study, records, range(last, last + given.written))
    with measured("a trial beside them", given.written):
        again.update()
    with measured("the end of the study"):
        again.close()
    with measured("a page of MLflow, the best 100"):
        client.search_runs([again.experiment_id], order_by=["metrics.score DESC"], max_results=100)
    print(f"{again.written} runs were written after the copies")


if __name__ == "__main__":
    main()
