"""The manifest of a search on Kubernetes: its fields, and that its parts fit one another.

The schema here has the fields of KubeRay's RayJob (v1) and of a pod that the manifest may have, and
no others, so that a misspelt field, which Kubernetes would refuse or forget, is found.
"""

import copy
import re
import shlex
from pathlib import Path

import jsonschema
import pytest
import typer
import yaml

from tuner.cli.main import app

ROOT = Path(__file__).parents[2]


def make_object(required=(), **properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


TEXT, COUNT = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}
NAME = {"type": "string", "pattern": r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"}
PARAMETERS = {"type": "object", "additionalProperties": {"type": "string"}}
QUANTITY = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"}
QUANTITIES = {"type": "object", "additionalProperties": QUANTITY}
CONTAINER = make_object(
    ["name", "image"],
    name=NAME,
    image=TEXT,
    resources=make_object(requests=QUANTITIES, limits=QUANTITIES),
    volumeMounts={
        "type": "array",
        "items": make_object(["name", "mountPath"], name=NAME, mountPath=TEXT),
    },
)
VOLUME = make_object(
    ["name", "persistentVolumeClaim"],
    name=NAME,
    persistentVolumeClaim=make_object(["claimName"], claimName=NAME),
)
TEMPLATE = make_object(
    ["spec"],
    spec=make_object(
        ["containers"],
        containers={"type": "array", "items": CONTAINER, "minItems": 1},
        volumes={"type": "array", "items": VOLUME},
        securityContext=make_object(fsGroup=COUNT),
    ),
)
WORKERS = make_object(
    ["groupName", "minReplicas", "maxReplicas", "template"],
    groupName=NAME,
    replicas=COUNT,
    minReplicas=COUNT,
    maxReplicas=COUNT,
    rayStartParams=PARAMETERS,
    template=TEMPLATE,
)
CLUSTER = make_object(
    ["headGroupSpec"],
    rayVersion=TEXT,
    enableInTreeAutoscaling={"type": "boolean"},
    headGroupSpec=make_object(["template"], rayStartParams=PARAMETERS, template=TEMPLATE),
    workerGroupSpecs={"type": "array", "items": WORKERS, "minItems": 1},
)
SCHEMA = make_object(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "ray.io/v1"},
    kind={"const": "RayJob"},
    metadata=make_object(["name"], name=NAME),
    spec=make_object(
        ["entrypoint", "rayClusterSpec"],
        entrypoint=TEXT,
        shutdownAfterJobFinishes={"type": "boolean"},
        backoffLimit=COUNT,
        rayClusterSpec=CLUSTER,
    ),
)


@pytest.fixture(scope="module")
def job():
    return yaml.safe_load((ROOT / "deploy/rayjob.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def search(job):
    """Return the options of the command that it runs, as the command line reads them."""
    program, *arguments = shlex.split(job["spec"]["entrypoint"])
    assert program == "tuner"
    tuner = typer.main.get_command(app)
    context = tuner.make_context("tuner", list(arguments))
    name, command, rest = tuner.resolve_command(context, arguments)
    assert name == "search"
    return command.make_context(name, rest).params


def test_its_fields_are_those_of_a_rayjob(job):
    jsonschema.validate(job, SCHEMA)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cluster: cluster["headGroupSpec"]["rayStartParams"].update({"num-cpus": 0}),
        lambda cluster: cluster["workerGroupSpecs"][0].update(maxReplica=4),
        lambda cluster: cluster["workerGroupSpecs"][0].pop("minReplicas"),
        lambda cluster: cluster.pop("headGroupSpec"),
    ],
)
def test_a_field_that_is_wrong_is_found(job, spoil):
    spoilt = copy.deepcopy(job)
    spoil(spoilt["spec"]["rayClusterSpec"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt, SCHEMA)


def test_it_asks_for_as_many_workers_as_there_is_room_for(job, search):
    (group,) = job["spec"]["rayClusterSpec"]["workerGroupSpecs"]
    (container,) = group["template"]["spec"]["containers"]
    cores = int(container["resources"]["limits"]["cpu"])
    assert search["ray_workers"] == group["maxReplicas"] * cores
    assert (search["engine"], search["ray_address"]) == ("ray", "auto")


def test_the_study_lies_on_a_volume_and_has_a_name_so_that_it_is_resumed(job, search):
    head = job["spec"]["rayClusterSpec"]["headGroupSpec"]
    pod = head["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert {volume["name"] for volume in pod["volumes"]} == set(mounted)
    assert any(str(search["root"]).startswith(path) for path in mounted.values())
    assert search["study"]
    assert head["rayStartParams"]["num-cpus"] == "0"  # workers train


def test_its_version_of_ray_is_that_of_the_constraints_and_of_the_image(job):
    version = job["spec"]["rayClusterSpec"]["rayVersion"]
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert f"ray=={version}" in constraints
    (pinned,) = re.findall(
        r'"ray\[default\]==([0-9.]+)\.\*"', (ROOT / "deploy/Containerfile").read_text("utf-8")
    )
    assert version.startswith(f"{pinned}.")
