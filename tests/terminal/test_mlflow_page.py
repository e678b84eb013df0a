"""How to open a study in MLflow's pages."""

from tuner.terminal.mlflow_page import describe_page


def test_a_link_has_no_name_and_password(make_study):
    study = make_study()
    page = f"/#/experiments/7/runs?viewStateShareKey={study.record.id}"
    for uri in ("https://bob:s3cr3t@host:5000/mlflow/", "https://host:5000/mlflow"):
        assert describe_page(study, uri, "7") == [f"compare  https://host:5000/mlflow{page}"]


def test_a_command_has_no_name_and_password_and_works_when_it_is_pasted(make_study, monkeypatch):
    study, uri = make_study(), "postgresql://bob:s3cr3t@host/runs"
    command = describe_page(study, uri, "7")[0]
    assert command.endswith("mlflow ui   (with the database's address in MLFLOW_BACKEND_STORE_URI)")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    command = describe_page(study, uri, "7")[0]
    assert command.startswith('compare  MLFLOW_BACKEND_STORE_URI="$MLFLOW_TRACKING_URI" ')
    assert command.endswith("mlflow ui")
    (command, _) = describe_page(study, "postgresql://host/runs", "7")
    assert "--backend-store-uri postgresql://host/runs" in command
