"""Attacks the product, and counts what it did not withstand.

    python benchmarks/attacked.py                                  # everything: about an hour
    python benchmarks/attacked.py --only bytes,requests --flips 1

- kills: searches are killed at random moments and go on (`killed.py`); each must come to the same.
- bytes: a byte of each file of a study and its model is flipped. A command must do as it did with
  the whole file, or end with one sentence and exit code 2.
- disks: searches run on disks that are full sooner or later, and go on with more space; each must
  come to the same, and leave no temporary file. Needs a superuser, who may make such disks.
- copies: a study is copied at random moments while it is searched, in several ways and orders, also
  in part. Each copy must go on to the same study; where files are missing, it may be refused with a
  sentence, and must go on once it is whole.
- requests: mutated requests are sent to `tuner serve` while slow connections stay open. Each must
  be answered, and not with 500 or above, but for 503 with Retry-After. In the end the server must
  answer as in the beginning, and SIGTERM must end it.

Exit code 1 if anything was not withstood.
"""

import argparse
import sys
from collections.abc import Callable

from attacked_bytes import flip_bytes
from attacked_copies import copy_studies
from attacked_disks import fill_disks
from attacked_server import send_requests
from killed import kill_searches

ATTACKS = ("kills", "bytes", "disks", "copies", "requests")


def main() -> None:
    """Attack, and say what failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default=",".join(ATTACKS), help="comma-separated")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--flips", type=int, default=3, help="flips of each file")
    parser.add_argument("--disks", type=int, default=12, help="sizes of disks")
    parser.add_argument("--copies", type=int, default=100)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    attacks: dict[str, Callable[[], int]] = {
        "kills": lambda: kill_searches(given.kills, given.seed),
        "bytes": lambda: flip_bytes(given.flips, given.seed),
        "disks": lambda: fill_disks(given.disks),
        "copies": lambda: copy_studies(given.copies, given.seed),
        "requests": lambda: send_requests(given.requests, given.seed),
    }
    failed = {name: attacks[name]() for name in given.only.split(",")}
    print("; ".join(f"{name}: {count} failures" for name, count in failed.items()))
    sys.exit(any(failed.values()))


if __name__ == "__main__":
    main()
