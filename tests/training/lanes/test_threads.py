"""What runs several trainings at once."""

import threading
import time

import keras
import pytest

from tuner.training.lanes.threads import Threads


@pytest.mark.parametrize("count", [1, 2, 5])
def test_all_answers_of_all_tasks_come_and_none_is_left_out(count):
    def task(number):
        return lambda: iter([None, number, None, 10 + number])

    tasks = [task(number) for number in range(4)]
    answers = list(Threads(count).run_side_by_side(tasks, at_once=count))
    assert sorted(answers) == [0, 1, 2, 3, 10, 11, 12, 13]
    assert count > 1 or answers == [0, 10, 1, 11, 2, 12, 3, 13]


@pytest.mark.parametrize("count", [1, 2])
def test_a_task_that_raises_ends_the_others(count):
    def fails():
        yield 1
        raise ValueError("no")

    began = []

    def next_task():
        began.append(True)
        yield None

    answers = Threads(count).run_side_by_side([fails, *[next_task] * 9], at_once=count)
    with pytest.raises(ValueError, match=r"^no$"):
        list(answers)
    assert len(began) < 9 or count > 1


@pytest.mark.parametrize("count", [1, 2])
def test_who_breaks_off_does_not_wait_for_what_is_being_computed(count):
    """As an interrupt does in the middle of a long epoch."""
    let_go, ended = threading.Event(), threading.Event()

    def long():
        yield "begun"
        let_go.wait(60)
        ended.set()

    answers = Threads(count).run_side_by_side([long], at_once=count)
    assert next(answers) == "begun"
    answers.close()
    assert not ended.is_set()
    let_go.set()
    assert ended.wait(60)


def test_threads_are_kept_and_no_more_run_at_once_than_asked():
    threads, used, running, most = Threads(3), set(), [], []

    def task():
        used.add(threading.current_thread())
        running.append(True)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()
        yield True

    for _ in range(3):
        assert len(list(threads.run_side_by_side([task] * 6, at_once=2))) == 6
    assert len(used) <= 3
    assert max(most) <= 2


def test_the_next_use_does_not_wait_for_what_was_broken_off():
    let_go, ended, threads = threading.Event(), threading.Event(), Threads(1)

    def long():
        yield "begun"
        let_go.wait(60)
        ended.set()

    broken_off = threads.run_side_by_side([long], at_once=1)
    assert next(broken_off) == "begun"
    broken_off.close()
    assert list(threads.run_side_by_side([lambda: iter([1])], at_once=1)) == [1]
    assert not ended.is_set()
    let_go.set()


def test_threads_have_the_float_types_of_the_program():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        tasks = [lambda: iter([keras.config.dtype_policy().name])]
        assert list(Threads(1).run_side_by_side(tasks, at_once=1)) == ["mixed_float16"]
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("at_once", [1, 2])
def test_further_tasks_are_asked_for_when_a_thread_is_free(at_once):
    given, ended = iter([[3, 4], [5], []]), []

    def make_tasks(numbers):
        return [lambda number=number: iter([None, number]) for number in numbers]

    def ask_more():
        assert len(ended) >= 2  # after all but those that still run have been yielded
        return make_tasks(next(given, []))

    tasks = Threads(2).run_side_by_side(make_tasks([0, 1, 2]), at_once=at_once, ask_more=ask_more)
    for number in tasks:
        ended.append(number)
    assert sorted(ended) == [0, 1, 2, 3, 4, 5] if at_once == 1 else {0, 1, 2, 3, 4} <= {*ended}
