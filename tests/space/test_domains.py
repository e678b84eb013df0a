"""What each kind of domain answers."""

import random

import pytest

from tuner.space import Choice, Domain, Fixed, FloatRange, IntRange, Value
from tuner.space.domains import domain_from_dict, domain_to_dict

DOMAINS: list[tuple[Domain, tuple[Value, ...] | None, str]] = [
    (Fixed(128), (128,), "128"),
    (Fixed(True), (True,), "true"),
    (Choice((16, 32, 64)), (16, 32, 64), "16, 32, 64"),
    (Choice(("none", "l2")), ("none", "l2"), "none, l2"),
    (IntRange(0, 6), (0, 1, 2, 3, 4, 5, 6), "0 … 6"),
    (IntRange(0, 7, step=3), (0, 3, 6), "0 … 7, step 3"),
    (IntRange(0, 3, step=1), (0, 1, 2, 3), "0 … 3, step 1"),
    (IntRange(8, 70, step=2, log=True), (8, 16, 32, 64), "8 … 70, log, step 2"),
    (IntRange(1, 4, log=True), (1, 2, 3, 4), "1 … 4, log"),
    (FloatRange(0.0, 0.7), None, "0 … 0.7"),
    (FloatRange(1e-6, 0.1, log=True), None, "1e-06 … 0.1, log"),
    (FloatRange(0.0, 0.4, step=0.1), (0.0, 0.1, 0.2, 0.3, 0.4), "0 … 0.4, step 0.1"),
    (FloatRange(0.01, 1.0, step=10.0, log=True), (0.01, 0.1, 1.0), "0.01 … 1, log, step 10"),
]  # fmt: skip


@pytest.mark.parametrize(("domain", "values", "words"), DOMAINS, ids=repr)
def test_a_domain_tells_its_values_and_describes_itself(
    domain: Domain, values: tuple[Value, ...] | None, words: str
) -> None:
    found = domain.values()
    assert (None if found is None else tuple(found)) == values
    assert domain.size() == (None if values is None else len(values))
    assert domain.describe() == words
    assert domain_from_dict(domain_to_dict(domain)) == domain


@pytest.mark.parametrize("domain", [domain for domain, _, _ in DOMAINS], ids=repr)
def test_the_same_random_state_draws_the_same_value(domain: Domain) -> None:
    assert domain.sample(random.Random(7)) == domain.sample(random.Random(7))


@pytest.mark.parametrize(
    "domain", [domain for domain, values, _ in DOMAINS if values is not None], ids=repr
)
def test_every_value_of_a_finite_domain_is_drawn_and_no_other(domain: Domain) -> None:
    rng = random.Random(1)
    assert {domain.sample(rng) for _ in range(400)} == set(domain.values() or ())


def test_a_draw_from_a_log_range_is_uniform_on_the_logarithm() -> None:
    rng = random.Random(3)
    domain = FloatRange(1e-4, 1.0, log=True)
    low = sum(float(domain.sample(rng)) < 1e-2 for _ in range(2000))
    assert 900 < low < 1100


def test_a_grid_keeps_both_ends_and_the_scale() -> None:
    assert FloatRange(1.0, 100.0, log=True).grid(3) == (1.0, pytest.approx(10.0), 100.0)
    assert FloatRange(0.0, 1.0).grid(5) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert IntRange(1, 1000, log=True).grid(4) == (1, 10, 100, 1000)
    assert IntRange(8, 512).grid() == (8, 64, 120, 176, 232, 288, 344, 400, 456, 512)


@pytest.mark.parametrize(
    "domain",
    [
        IntRange(0, 6),  # no more than ten
        IntRange(1, 10, log=True),
        IntRange(8, 512, step=1),
        IntRange(8, 512, step=24),
        IntRange(1, 4096, step=2, log=True),
        FloatRange(0.0, 2.0, step=0.1),
    ],
    ids=repr,
)
def test_a_grid_has_all_values_where_they_are_few_or_stepped(domain: Domain) -> None:
    assert tuple(domain.grid()) == tuple(domain.values() or ())


@pytest.mark.parametrize(
    ("domain", "bounds"),
    [
        (Fixed(128), (128, 128)),
        (Choice((32, 16, 64)), (16, 64)),
        (Choice(("none", "l2")), ("l2", "none")),
        (IntRange(0, 6), (0, 6)),
        (IntRange(0, 7, step=3), (0, 6)),
        (IntRange(8, 70, step=2, log=True), (8, 64)),
        (FloatRange(0.1, 0.7), (0.1, 0.7)),
        (FloatRange(0.0, 0.35, step=0.1), (0.0, 0.3)),
    ],
    ids=repr,
)
def test_bounds_are_values_themselves(domain: Domain, bounds: tuple[Value, Value]) -> None:
    assert domain.bounds() == bounds


@pytest.mark.parametrize(
    ("step", "log"), [(None, False), (1, False), (7, False), (None, True), (7, True)]
)
def test_a_range_of_very_many_whole_numbers_is_never_listed(step: int | None, log: bool) -> None:
    domain = IntRange(1, 10**15, step, log)  # as a list a million gigabytes
    assert domain.bounds()[0] == 1
    assert domain.sample(random.Random(0)) in domain.values()
    assert domain.size() == len(domain.values())
    assert domain.grid()[0] == 1


def test_a_grid_of_a_range_needs_two_points() -> None:
    with pytest.raises(ValueError, match=r"^expected at least 2 points .* range, received 1$"):
        FloatRange(0.0, 1.0).grid(1)
