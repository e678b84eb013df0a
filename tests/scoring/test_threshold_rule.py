"""The rules for a threshold."""

import numpy as np
import pytest
from sklearn import metrics

from tuner.errors import UserError
from tuner.scoring import ThresholdRule

CLASSES = ("good", "bad")


def count(y, predicted):
    return tuple(metrics.confusion_matrix(y, predicted).astype(float).ravel())


@pytest.fixture
def decided():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=300)
    return y, np.where(rng.random(300) < 0.2, 1 - y, y * (rng.random(300) < 0.7))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accuracy", metrics.accuracy_score),
        ("balanced_accuracy", metrics.balanced_accuracy_score),
        ("f1=bad", metrics.f1_score),
        ("f1=good", lambda y, p: metrics.f1_score(y, p, pos_label=0)),
        ("cost=good:1,bad:5", lambda y, p: np.mean(np.where(y != p, np.where(y, 5, 1), 0))),
        ("cost=bad:5,good:1", lambda y, p: np.mean(np.where(y != p, np.where(y, 5, 1), 0))),
    ],
)
def test_a_rule_has_its_score(text, expected, decided):
    assert ThresholdRule.parse(text, CLASSES).score(count(*decided)) == pytest.approx(
        expected(*decided)
    )


def test_a_class_may_have_a_colon_and_a_comma_in_its_name():
    rule = ThresholdRule.parse('cost="a:b":2,"c,d":3', ("c,d", "a:b"))
    assert rule.score((0.0, 10.0, 1.0, 0.0)) == pytest.approx((3 * 10 + 2) / 11)


@pytest.mark.parametrize(
    ("text", "classes", "sentence"),
    [
        ("f2=bad", CLASSES, "there is no rule f2; write one of accuracy; "),
        ("f1", CLASSES, "f1 is no rule; write f1=CLASS"),
        ("accuracy=bad", CLASSES, "accuracy=bad is no rule; write accuracy"),
        ("f1=badly", CLASSES, "there is no class badly; did you mean bad"),
        ("cost=good:1", CLASSES, "expected a cost for each class once, such as cost=good:1,bad:5"),
        ("cost=good:1,good:2", CLASSES, "expected a cost for each class once"),
        ("cost=good:1,bad:-5", CLASSES, "bad:-5 is no cost"),
        ("cost=good:1,bad:many", CLASSES, "bad:many is no cost"),
        ("cost=good:1,bad:inf", CLASSES, "bad:inf is no cost"),
        ("accuracy", ("a", "b", "c"), "between two classes, and the data have 3"),
    ],
)
def test_what_is_no_rule_is_refused(text, classes, sentence):
    with pytest.raises(UserError, match=sentence) as error:
        ThresholdRule.parse(text, classes)
    assert str(error.value).startswith("--threshold: ")
