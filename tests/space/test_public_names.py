"""What `tuner.space` shows, and what importing it costs."""

import json
import subprocess
import sys

import pytest

import tuner.space
from tuner.errors import SpaceError
from tuner.space import Space, load_space

HEAVY = {"keras", "keras_tuner", "tensorflow", "numpy", "pandas", "sklearn", "mlflow", "pydantic"}


def test_the_public_names_are_these() -> None:
    assert tuner.space.__all__ == [
        "ACTIVATIONS",
        "KIND_USES",
        "SCHEDULES",
        "Choice",
        "Condition",
        "Domain",
        "FirstTrial",
        "Fixed",
        "FloatRange",
        "Hyperparameter",
        "IntRange",
        "Space",
        "Value",
        "check_stored_values",
        "find_nearest_configuration",
        "find_space",
        "from_keras_tuner",
        "is_tabular_space",
        "list_shipped_spaces",
        "load_space",
        "parse_space",
        "plans_schedules",
        "read_active_values",
        "settle",
        "to_keras_tuner",
    ]


def test_spaces_are_read_without_anything_heavy() -> None:
    code = (
        "import sys, json, tuner.space as space\n"
        "[space.load_space(name).size() for name in space.list_shipped_spaces()]\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert not loaded & HEAVY
    ours = {name.split(".")[1] for name in loaded if name.startswith("tuner.")}
    assert ours == {"_version", "errors", "files", "phrasing", "space"}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (("hyperparameters",), "KeyError: 'hyperparameters'"),
        (("hyperparameters", 0, "domain", "kind"), "KeyError: 'kind'"),
        (("hyperparameters", 0, "conditions"), "KeyError: 'conditions'"),
    ],
)
def test_a_damaged_record_is_refused(path: tuple[str | int, ...], reason: str) -> None:
    record = load_space("mlp_depth").to_dict()
    *parents, last = path
    inner = record
    for step in parents:
        inner = inner[step]  # type: ignore[index]  # a path through lists as well
    del inner[last]  # type: ignore[arg-type]
    with pytest.raises(SpaceError) as caught:
        Space.from_dict(record)
    assert str(caught.value) == (
        f"a stored search space is damaged ({reason}); restore its file, or start a new study"
    )
