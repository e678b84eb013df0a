"""How much other programs slow a process down, as the kernel counts it."""

import subprocess
import sys
import time

from tuner.cli import contention
from tuner.cli.contention import Contention

# A process that shares one core with another one, and its factor after half a second of work.
BUSY = """
import os, subprocess, sys, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from tuner.cli.contention import Contention
busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
end = time.process_time() + 0.4
while time.process_time() < end:
    pass
print(Contention().factor)
busy.kill()
busy.wait()
"""


def test_a_core_that_is_shared_takes_longer():
    done = subprocess.run([sys.executable, "-c", BUSY], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 1.3


def test_it_is_measured_every_few_seconds(monkeypatch):
    measured, now = [], [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(contention, "_measure", lambda: measured.append(now[0]) or 2.0)
    shared = Contention()
    for seconds in (0.0, 1.0, 4.9, 5.0, 9.0):
        now[0] = 100.0 + seconds
        assert shared.factor == 2.0
    assert measured == [100.0, 105.0]


def test_where_the_kernel_says_nothing_the_factor_is_one(monkeypatch, tmp_path):
    monkeypatch.setattr(contention, "_TASKS", tmp_path)
    assert Contention().factor == 1.0
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "schedstat").write_text("unknown\n")
    assert Contention().factor == 1.0
    (tmp_path / "1" / "schedstat").write_text("2000 3000 17\n")
    assert Contention().factor == 2.5
