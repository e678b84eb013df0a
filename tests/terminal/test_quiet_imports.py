"""What a call from Python changes for a while, and gives back: also where threads call at once."""

import logging
import os
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

from tuner.libraries.light_imports import filter_standard_error
from tuner.terminal import quiet_imports
from tuner.terminal.quiet_imports import calm_libraries, import_heavy_beside_others

THREADS = 4


def run_in_threads(work):
    with ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(work, number) for number in range(THREADS)]:
            done.result()


def test_settings_come_back_when_the_last_of_overlapping_calls_ends():
    logger = logging.getLogger("tensorflow")
    level, filters = logger.level, list(warnings.filters)
    first, second = calm_libraries(mute=True), calm_libraries(mute=False)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert logger.level >= logging.ERROR
    second.__exit__(None, None, None)
    assert (logger.level, warnings.filters) == (level, filters)


def test_standard_error_comes_back_when_threads_redirect_it(capfd):
    barrier = threading.Barrier(THREADS)
    before = os.fstat(2)

    def redirect(number):
        barrier.wait()
        with filter_standard_error():
            os.write(2, f"line {number}\n".encode())

    run_in_threads(redirect)
    assert os.path.samestat(os.fstat(2), before)
    assert sorted(capfd.readouterr().err.split()) == sorted(["line", *"0123"] + ["line"] * 3)


def test_standard_error_is_left_alone_when_all_is_imported(monkeypatch):
    import_heavy_beside_others()

    def refuse(**_):
        raise AssertionError("standard error is redirected")

    monkeypatch.setattr(quiet_imports, "filter_standard_error", refuse)
    run_in_threads(lambda _: import_heavy_beside_others())
