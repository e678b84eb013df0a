"""The baselines stand beside the exported model, on the same rows and folds."""

from dataclasses import replace

import pytest

from tests.helpers.html import read_section, read_text
from tuner.report.sections.baselines import make_baselines_section


def test_the_baselines_stand_beside_the_exported_model(page, content):
    text = read_section(page, "baselines")
    row = "gradient boosting 0.6000 ± 0.1000 0.9000 ± 0.1000 +0.3000 0.1000 to 0.5000 worse 1.5"
    assert row in text
    assert text.endswith("exported It is slow.")
    score, error = content.picks.out_of_bag.score, content.picks.out_of_bag.standard_error
    assert f" {score:.4f} ± {error:.4f} exported" in text
    (estimates,) = page.collect_charts()["baselines"]["datasets"].values()
    assert estimates[-1]["score"] == score
    low, high = content.picks.out_of_bag.interval
    assert (estimates[-1]["low"], estimates[-1]["high"]) == (max(low, 0.0), high)
    assert estimates[-1]["name"] in text


@pytest.mark.parametrize("better", [False, True])
def test_the_exported_model_is_the_ensemble_if_it_is_better(content, better):
    ensemble = replace(content.picks.ensemble, better=better)
    changed = replace(content, picks=replace(content.picks, ensemble=ensemble))
    model = "ensemble" if better else f"network, trial {content.picks.best.trial}"
    assert f"{model}, corrected for the choice" in read_text(make_baselines_section(changed))


def test_a_study_without_baselines_says_how_to_train_them(content):
    section = make_baselines_section(replace(content, baselines=()))
    assert read_text(section) == (
        "Would something simpler do? No baselines were trained, because there was no time left. "
        f"This command trains them: {content.study.make_command('report')}"
    )


def test_no_score_of_the_exported_model_passes_the_best(content):
    best = content.picks.exported_pick
    gains = {"accuracy": (1.0, 0.01)}
    changed = replace(content, picks=replace(content.picks, averaging=gains))
    text = read_text(make_baselines_section(changed))
    assert best.scores["accuracy"] > 0
    assert "corrected for the choice 1.0000 ± " in text  # the objective itself is not averaged
