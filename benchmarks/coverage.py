"""Whether a search's intervals cover what its models come to on rows that nobody has seen.

    python benchmarks/coverage.py --folder TABLES --json coverage.jsonl
    python benchmarks/coverage.py --folder TABLES --json coverage.jsonl --report

Many small data sets are drawn from a large table. Each is searched, what the search would export is
trained on all of its rows, and the rest of the table says what that is worth. The file keeps each
draw as it ends, and the same command again does only what is missing.
"""

import argparse
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from coverage_report import make_report
from coverage_tables import MADE, PUBLIC
from kept_lines import KeptLines

VARIANTS = ("default", "no racing", "balanced", "comparing")

Cell = tuple[str, int, str]


def main() -> None:
    """Measure the draws that are missing, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path(), help="has the public tables")
    parser.add_argument("--tables", default=",".join([*PUBLIC, *MADE]))
    parser.add_argument("--rows", default="200,600,2000")
    parser.add_argument("--variants", default=",".join(VARIANTS))
    parser.add_argument("--draws", type=int, default=100, help="of each cell")
    parser.add_argument("--json", type=Path, required=True, help="keeps each draw, a line each")
    parser.add_argument("--keep", type=Path, help="keeps the studies, to try other formulas")
    parser.add_argument("--report", action="store_true", help="only report what the file has")
    given = parser.parse_args()
    kept = KeptLines(given.json)
    if not given.report:
        cells = [
            (table, int(rows), variant)
            for table in given.tables.split(",")
            for rows in given.rows.split(",")
            for variant in given.variants.split(",")
        ]
        measure(cells, given.draws, folder=given.folder, kept=kept, keep=given.keep)
    from coverage_draw import FOLDS
    from coverage_reference import Reference

    reference = Reference(given.folder, FOLDS)
    print("\n".join(make_report(kept.all, reference.measure_luck)))


def measure(
    cells: list[Cell], draws: int, *, folder: Path, kept: KeptLines, keep: Path | None = None
) -> None:
    """Measure the draws of each cell that are not kept.

    Args:
        cells: Table, rows and variant of each cell.
        draws: How many draws of each.
        folder: Has the public tables.
        kept: The draws so far; each further one is added.
        keep: The folder that keeps the studies; None to delete each.
    """
    from coverage_draw import FOLDS, measure_draw
    from coverage_tables import draw_rows, load_table

    from tuner.training.lanes import LanesTrainer

    done = {(*_cell(line), line["draw"]) for line in kept.all}
    for name in dict.fromkeys(table for table, _, _ in cells):
        own = [cell for cell in cells if cell[0] == name]
        table, trainer = load_table(name, folder), LanesTrainer()
        # draw after draw, so that an interrupted run has as many of every cell
        for number in range(draws):
            for cell in own:
                if (*cell, number) in done:
                    continue
                started, cpu = time.perf_counter(), time.process_time()
                with tempfile.TemporaryDirectory() as scratch:
                    claims = measure_draw(
                        table,
                        draw_rows(table, cell[1], seed=number, least=FOLDS),
                        cell[2],
                        seed=number,
                        trainer=trainer,
                        root=keep or Path(scratch),
                    )
                line = {
                    **dict(zip(("table", "rows", "variant"), cell, strict=True)),
                    "draw": number,
                    "seconds": round(time.perf_counter() - started, 2),
                    "cpu_seconds": round(time.process_time() - cpu, 2),
                    "claims": [asdict(claim) for claim in claims],
                }
                kept.add(line)


def _cell(line: dict[str, Any]) -> Cell:
    return line["table"], line["rows"], line["variant"]


if __name__ == "__main__":
    main()
