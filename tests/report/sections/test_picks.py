"""The picks stand side by side with their scores."""

from tests.helpers.html import read_section


def test_the_picks_stand_side_by_side_with_their_scores(page, content):
    best = content.picks.best
    text = read_section(page, "picks")
    assert f"{best.score:.4f} ± {best.standard_error:.4f}" in text
    assert f"cross-entropy, corrected for the choice {best.corrected_score:.4f}" in text
    assert "No choice used the 0 held-out rows." in text
    assert "cross-entropy, held-out test" in text
    assert "0.5000 ± 0.1000" in text
    assert f"Best, trial {best.trial}: depth 0, learning_rate 0.01." in text
