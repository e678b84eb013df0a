"""What runs several trainings at once."""

import threading
import time

import pytest

from tuner.training.lanes.workers import side_by_side


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_all_answers_of_all_tasks_come_and_none_is_left_out(workers):
    def task(number):
        return lambda: iter([None, number, None, 10 + number])

    answers = list(side_by_side([task(number) for number in range(4)], workers=workers))
    assert sorted(answers) == [0, 1, 2, 3, 10, 11, 12, 13]
    assert workers > 1 or answers == [0, 10, 1, 11, 2, 12, 3, 13]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_that_raises_ends_the_others(workers):
    def fails():
        yield 1
        raise ValueError("no")

    began = []

    def next_task():
        began.append(True)
        yield None

    answers = side_by_side([fails, *[next_task] * 9], workers=workers)
    with pytest.raises(ValueError, match=r"^no$"):
        list(answers)
    assert len(began) < 9 or workers > 1


@pytest.mark.parametrize("workers", [1, 2])
def test_who_breaks_off_does_not_wait_for_what_is_being_computed(workers):
    """As an interrupt does in the middle of a long epoch."""
    let_go, ended = threading.Event(), threading.Event()

    def long():
        yield "begun"
        let_go.wait(60)
        ended.set()

    answers = side_by_side([long], workers=workers)
    assert next(answers) == "begun"
    started = time.monotonic()
    answers.close()
    assert time.monotonic() - started < 5
    assert not ended.is_set()
    let_go.set()
    assert ended.wait(60)
