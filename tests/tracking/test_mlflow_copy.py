"""Which MLflow store is known to have the whole study."""

import hashlib
import json
import os

import pytest

from tests.helpers.setups import make_setup, write_untrained_study
from tests.helpers.spaces import SMALL, make_space
from tuner.tracking.mlflow_copy import find_copy, forget_copy, remember_copy


@pytest.fixture
def study(tmp_path):
    return write_untrained_study(make_setup(make_space(SMALL)), tmp_path, [])


def test_only_the_stores_that_have_the_study_are_known(study):
    assert find_copy(study, "http://one") is None
    remember_copy(study, "http://one", "7")
    assert find_copy(study, "http://one") == "7"
    assert find_copy(study, "http://other") is None
    remember_copy(study, "http://other", "3")
    assert (find_copy(study, "http://one"), find_copy(study, "http://other")) == ("7", "3")
    forget_copy(study)
    assert (find_copy(study, "http://one"), find_copy(study, "http://other")) == (None, None)
    forget_copy(study)


def test_the_one_store_of_an_earlier_version_is_known_beside_later_ones(study):
    digest = hashlib.sha256(b"http://one").hexdigest()
    copy = {"study": study.record.name, "store": digest, "experiment": "7"}
    (study.folder / "mlflow.json").write_text(json.dumps({**copy, "view": study.record.id}))
    assert find_copy(study, "http://one") == "7"
    remember_copy(study, "http://other", "3")
    assert (find_copy(study, "http://one"), find_copy(study, "http://other")) == ("7", "3")


def test_a_database_that_is_gone_has_nothing(study, tmp_path):
    path = tmp_path / "mlflow.db"
    path.touch()
    remember_copy(study, f"sqlite:///{path}", "1")
    assert find_copy(study, f"sqlite:///{path}") == "1"
    path.unlink()
    assert find_copy(study, f"sqlite:///{path}") is None


def test_a_damaged_file_says_nothing(study):
    path = study.folder / "mlflow.json"
    names = f'"study": "{study.record.name}", "view": "{study.record.id}"'
    for text in ('{"uri"', "[" * 100_000, "[]", f'{{{names}, "stores": []}}'):
        path.write_text(text)
        assert find_copy(study, "http://one") is None
    path.unlink()
    os.mkfifo(path)  # which would be read, or written, for ever
    assert find_copy(study, "http://one") is None
    remember_copy(study, "http://one", "7")
    assert find_copy(study, "http://one") == "7"


def test_what_a_link_leads_to_is_not_written(study, tmp_path):
    (tmp_path / "dear.txt").write_text("dear")
    (study.folder / "mlflow.json").symlink_to(tmp_path / "dear.txt")
    remember_copy(study, "http://one", "7")
    assert (tmp_path / "dear.txt").read_text() == "dear"


def test_a_store_that_lacks_the_studys_view_is_not_known(study):
    """0.2.0 remembered stores to which it had written no view."""
    remember_copy(study, "http://one", "7")
    path = study.folder / "mlflow.json"
    copy = json.loads(path.read_text("utf-8"))
    del copy["view"]
    path.write_text(json.dumps(copy), encoding="utf-8")
    assert find_copy(study, "http://one") is None


def test_a_password_in_a_tracking_uri_is_not_kept(make_study):
    study, uri = make_study(), "http://me:secret@localhost:5000"
    remember_copy(study, uri, "3")
    assert find_copy(study, uri) == "3"
    assert "secret" not in (study.folder / "mlflow.json").read_text("utf-8")
