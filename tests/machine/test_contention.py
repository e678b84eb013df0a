"""How much other programs slow a process down, as the kernel counts it."""

import subprocess
import sys

from tuner.machine import contention
from tuner.machine.contention import measure_contention

# A process that shares one core with another one, and its factor after half a second of work.
BUSY = """
import os, subprocess, sys, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from tuner.machine.contention import measure_contention
busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
end = time.process_time() + 0.4
while time.process_time() < end:
    pass
print(measure_contention())
busy.kill()
busy.wait()
"""


def test_a_core_that_is_shared_takes_longer():
    done = subprocess.run([sys.executable, "-c", BUSY], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 1.3


def test_where_the_kernel_says_nothing_the_factor_is_one(monkeypatch, tmp_path):
    monkeypatch.setattr(contention, "_SCHEDULER", tmp_path / "schedstat")
    assert measure_contention() == 1.0
    (tmp_path / "schedstat").write_text("unknown\n")
    assert measure_contention() == 1.0
    (tmp_path / "schedstat").write_text("2000 3000 17\n")
    assert measure_contention() == 2.5
