"""The picks stand side by side with their scores."""

from dataclasses import replace

from tests.helpers.html import read_section, read_text
from tuner.report.sections.picks import make_picks_section


def test_the_picks_stand_side_by_side_with_their_scores(page, content):
    best = content.picks.best
    text = read_section(page, "picks")
    assert f"{best.score:.4f} ± {best.standard_error:.4f}" in text
    assert f"cross-entropy, corrected for the choice {best.corrected_score:.4f}" in text
    assert "No choice used the 0 held-out rows." in text
    assert "cross-entropy, held-out test" in text
    assert "0.5000 ± 0.1000" in text
    assert f"Best, trial {best.trial}: depth 0, learning_rate 0.01." in text


def test_the_smallest_network_has_a_column_if_it_is_clearly_smaller(content):
    best = replace(content.picks.best, parameters=20013)

    def read(parameters: int) -> str:
        smallest = replace(best, trial=best.trial + 1, parameters=parameters)
        picks = replace(content.picks, best=best, smallest=smallest)
        return read_text(make_picks_section(replace(content, picks=picks)))

    assert "Smallest within one standard error" in read(1000)
    assert "mallest" not in read(19905)


def test_the_exported_models_score_stands_with_its_calibration_if_that_is_applied(content):
    def read(**changes: float) -> str:
        calibration = replace(content.picks.calibration, **changes)
        picks = replace(content.picks, calibration=calibration)
        return read_text(make_picks_section(replace(content, picks=picks)))

    before = "– " if content.picks.exported == "ensemble" else ""
    told = f"cross-entropy, corrected and calibrated {before}"
    assert told not in read(before=1.0, after=1.0, standard_error=0.1)
    text = read(fitted=0.8, before=1.0, after=0.7, standard_error=0.1)
    assert f"{told}{content.picks.out_of_bag.score:.4f}" in text
    assert "calibrated by the temperature 0.8, which takes" in text
    assert "from 1.0000 to 0.7000" in text
