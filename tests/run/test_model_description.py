"""What `model.json` says about the networks of a model."""

from tests.helpers.made_studies import MadeStudy
from tuner.run.model_description import name_networks

FIRST = '[[first]]\nname = "plain"\n'


def test_networks_have_the_names_of_the_space():
    record = MadeStudy(FIRST).study
    plain = dict(record.space_definition["first"][0]["values"])
    other = {**plain, "depth": 2}
    assert name_networks({"trial": 0, "hyperparameters": plain}, record)["name"] == "plain"
    assert name_networks({"trial": 1, "hyperparameters": other}, record) == {
        "trial": 1,
        "hyperparameters": other,
    }
    members = [{"trial": 0, "hyperparameters": plain}, {"trial": 1, "hyperparameters": other}]
    named = name_networks({"members": members}, record)["members"]
    assert [member.get("name") for member in named] == ["plain", None]
