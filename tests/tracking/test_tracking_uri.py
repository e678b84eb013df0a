"""The choice of MLflow's store."""

import pytest

from tuner.errors import UserError
from tuner.tracking import choose_tracking_uri
from tuner.words import mask_passwords


def test_the_default_is_a_database_in_the_root_or_the_environments_server(monkeypatch, tmp_path):
    assert choose_tracking_uri(None, tmp_path) == f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert choose_tracking_uri(None, tmp_path) == "http://127.0.0.1:5000"
    assert choose_tracking_uri(" http://h ", tmp_path) == "http://h"
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert choose_tracking_uri("  ", tmp_path) == f"sqlite:///{tmp_path}/mlflow.db"


def test_a_refusal_names_where_the_address_is_from(monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "ftp://host")
    with pytest.raises(UserError, match=r"^MLFLOW_TRACKING_URI: MLflow has no store ftp"):
        choose_tracking_uri(None, tmp_path)
    with pytest.raises(UserError, match=r"^--tracking-uri: MLflow has no store gopher"):
        choose_tracking_uri("gopher://host", tmp_path)


@pytest.mark.parametrize(
    "uri",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite+pysqlite:///file:a?mode=memory&uri=1",
    ],
)
def test_a_database_in_memory_is_refused(uri, tmp_path):
    with pytest.raises(UserError) as error:
        choose_tracking_uri(uri, tmp_path)
    assert str(error.value) == (
        f"--tracking-uri: {uri} is a database in memory, which ends with the process that writes "
        "it; give a file, as sqlite:///FILE"
    )


@pytest.mark.parametrize(
    "uri", ["C:/runs", "folder/runs", "mysql+pymysql://user@host/base", "https://host"]
)
def test_a_store_of_mlflow_is_taken_unchanged(uri, tmp_path):
    assert choose_tracking_uri(uri, tmp_path) == uri


def test_what_is_no_address_is_refused(tmp_path):
    with pytest.raises(UserError) as error:
        choose_tracking_uri("http://[::1", tmp_path)
    assert str(error.value) == (
        "--tracking-uri: http://[::1 is no address (Invalid IPv6 URL); give http://HOST:PORT of a "
        "server, or a database such as sqlite:///FILE"
    )


def test_an_address_with_spaces_is_refused_without_its_password(tmp_path):
    with pytest.raises(UserError) as error:
        choose_tracking_uri("http://bob:s3 cr3t@host", tmp_path)
    assert str(error.value) == "--tracking-uri: an address has no spaces; write each as %20"
    assert choose_tracking_uri("sqlite:///a b.db", tmp_path) == "sqlite:///a b.db"


@pytest.mark.parametrize("uri", ["bob:s3cr3t@host", "http:/bob:s3cr3t@host", "//bob:s3cr3t@host"])
def test_a_password_in_what_is_no_address_is_not_shown(uri, tmp_path):
    with pytest.raises(UserError, match=r"write it as http://NAME:PASSWORD@HOST") as error:
        choose_tracking_uri(uri, tmp_path)
    assert "s3cr3t" not in str(error.value)
    for file in ("C:/runs:a@home", "runs@home", "a/b@c"):
        assert choose_tracking_uri(file, tmp_path) == file


@pytest.mark.parametrize(
    "uri",
    [
        "http://bob:s3cr3t@host",
        "http://bob:s3cr3t%40host:5000",
        "http://bob:a@b/?#s3cr3t@host",
        "http://host/#access_token=s3cr3t",
        "http://host/?sig=s3cr3t&a=b",
        "http://host/?a=b;key=s3cr3t",
        "http://host/?X-Amz-Signature=s3cr3t",
        "mssql+pyodbc:///?odbc_connect=DRIVER=x;PWD=s3cr3t",
    ],
)
def test_no_password_of_an_address_is_shown(uri):
    assert "s3cr3t" not in mask_passwords(f"MLflow at {uri} does not answer")
    assert mask_passwords("http://h/#/runs?viewStateShareKey=1") == (
        "http://h/#/runs?viewStateShareKey=1"
    )


def test_a_scheme_that_mlflow_does_not_know_is_refused(tmp_path):
    with pytest.raises(UserError) as error:
        choose_tracking_uri("nothing:of-the-kind", tmp_path)
    assert str(error.value) == (
        "--tracking-uri: MLflow has no store nothing: as in nothing:of-the-kind; give "
        "http://HOST:PORT of a server, or a database such as sqlite:///FILE"
    )
