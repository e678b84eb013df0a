"""How to open a study in MLflow's pages."""

from tuner.terminal.mlflow_page import describe_page


def test_a_link_has_no_name_and_password(make_study):
    study = make_study()
    page = f"/#/experiments/7/runs?viewStateShareKey={study.record.id}"
    for uri in ("https://bob:s3cr3t@host:5000/mlflow/", "https://host:5000/mlflow"):
        assert describe_page(study, uri, "7") == f"https://host:5000/mlflow{page}"
