"""Studies on one page."""

from tests.helpers.setups import write_noisy_study
from tuner.run.comparing import write_comparison_page


def test_studies_are_compared_on_one_page(setup, tmp_path):
    study = write_noisy_study(setup, tmp_path / "runs")
    other = write_noisy_study(setup, tmp_path / "runs", "other")
    path = write_comparison_page([(setup, study), (setup, other)], tmp_path / "both.html")
    assert "study cannot be told apart from other (the difference is " in path.read_text("utf-8")
