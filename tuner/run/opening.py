"""Open the study on disk, or create it."""

import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tuner.data import BUNDLED, Dataset, find_kept
from tuner.errors import DataError, StudyError
from tuner.model.custom import CustomHypermodel, HypermodelFile, is_custom
from tuner.model.hypermodel_object import HypermodelObject
from tuner.model.row_time import RowTime
from tuner.run.moved_data import find_data
from tuner.run.preparing import restrict
from tuner.run.request import DataRequest, Destination
from tuner.run.setup import Setup
from tuner.space import Space
from tuner.study import (
    LIMITS,
    EventKind,
    SearchSettings,
    Study,
    StudyRecord,
    find_free_name,
    list_argument_differences,
    list_study_names,
    list_versions,
)

__all__ = [
    "create_study",
    "find_study",
    "load_setup",
    "match_setup",
    "open_study",
    "read_last_settings",
]


def find_study(destination: Destination) -> Study | None:
    """Open the study that the destination names, if there is one to resume.

    Nothing heavy is imported, so that every mistake is reported at once.

    Raises:
        StudyError: The study cannot be read, or its journal is damaged.
    """
    name = destination.name
    if name is None or destination.overwrite or name not in list_study_names(destination.root):
        return None
    study = Study.open(name, destination.root)
    for _ in study.journal.read():
        pass  # reading a damaged line raises
    return study


def create_study(setup: Setup, destination: Destination) -> Study:
    """Create a study; if another process has just created one of the name that is given, open it.

    Without a given name, searches that begin at the same moment have a study each.

    Raises:
        StudyError: The study of this name has another setup, or the folder cannot be written.
    """
    name, root = destination.name, destination.root
    if name is not None:
        record = _make_record(setup, name)
        return Study.open_or_create(record, root, overwrite=destination.overwrite)
    name = _find_free_name(setup, root)
    while True:
        try:
            return Study.create(_make_record(setup, name), root)
        except StudyError:  # unless the name is still free, another process has just taken it
            taken, name = name, _find_free_name(setup, root)
            if name == taken:
                raise


def open_study(name: str, root: Path) -> tuple[Setup, Study]:
    """Open a study and read its data again.

    Raises:
        StudyError: There is no such study.
        DataError: Its data cannot be read, or have changed.
    """
    study = Study.open(name, root)
    return load_setup(study), study


def load_setup(
    study: Study,
    settings: SearchSettings | None = None,
    hypermodel: HypermodelObject | None = None,
) -> Setup:
    """Read a study's data again, and return the setup with which it was searched.

    Args:
        study: The study.
        settings: Its settings, with the limits of this run. Those of its last run if None.
        hypermodel: That which a Python program gave as its space. Only training needs it.

    Raises:
        StudyError: The study was searched from Python, on arrays that are not kept.
        DataError: Its data cannot be read, or have changed.
    """
    record = study.record
    if hypermodel is not None:
        _check_hypermodel(hypermodel, record)
    request = _read_request(record, study.root)
    kept = _read_hypermodel(record)
    return Setup(
        None if kept else Space.from_dict(record.space_definition),
        request,
        _reload_data(request, record),
        record.split,
        settings or read_last_settings(study),
        hypermodel=hypermodel or kept,
        row_time=_read_row_time(study),
        warm_start=record.warm_start,
    )


def _read_hypermodel(record: StudyRecord) -> CustomHypermodel | None:
    """Return the custom hypermodel that declares a study's space, as far as it is kept."""
    described = record.space_definition.get("hypermodel")
    if described is None:
        return None
    return HypermodelFile(described) if is_custom(described) else HypermodelObject(described)


def _check_hypermodel(hypermodel: HypermodelObject, record: StudyRecord) -> None:
    """Check that a study was searched with the hypermodel that a program gives.

    Raises:
        StudyError: It was searched with another one.
    """
    differences = list_argument_differences(record.space_definition, hypermodel.describe())
    if record.space_name != hypermodel.name or differences:
        reason = "" if record.space_name != hypermodel.name else f" ({'; '.join(differences)})"
        raise StudyError(
            f"study {record.name} was not searched with this {hypermodel.name}{reason}; its space "
            f"is {record.space_name}: give the hypermodel that it began with"
        )


def match_setup(setup: Setup, study: Study) -> Setup:
    """Return the setup of a search that resumes a study, with what the study keeps.

    The search then begins with the same trials of another study, and excludes the same networks by
    their prediction times, on any machine. It also reads numbers as the version did that began the
    study.

    Raises:
        StudyError: The study was begun with another setup; a custom hypermodel's file may have
            changed.
    """
    setup = _take_kept(setup, study)
    study.check_record(_make_record(setup, study.record.name))
    return setup


def _take_kept(setup: Setup, study: Study) -> Setup:
    """Return a setup with what a study found out when it was begun."""
    setup = replace(setup, warm_start=study.record.warm_start)
    reading = study.record.data.get("reading", 1)
    if reading != setup.request.reading:
        request = replace(setup.request, reading=reading)
        setup = replace(setup, request=request, dataset=request.load(setup.settings.splitter))
    if setup.row_time is not None or setup.settings.max_row_microseconds is None:
        return setup
    return restrict(replace(setup, row_time=_read_row_time(study)))


def _read_row_time(study: Study) -> RowTime | None:
    times = study.record.row_time
    return None if times is None else RowTime.from_dict(times)


# limits that earlier versions did not have
_MISSING = {"until_answered": False}


def read_last_settings(study: Study) -> SearchSettings:
    """Return a study's settings with the limits of its last search."""
    settings = study.record.settings
    for event in study.journal.read(EventKind.BEGUN):
        limits: dict[str, Any] = {name: event.get(name, _MISSING.get(name)) for name in LIMITS}
        settings = replace(settings, **limits)
    return settings


def _read_request(record: StudyRecord, root: Path) -> DataRequest:
    data = record.data
    if "source" not in data:
        raise StudyError(
            f"study {record.name} was searched from Python, on arrays that are not kept; get its "
            "networks there, with KFoldTuner.get_best_models()"
        )
    return DataRequest(
        find_data(find_kept(data["source"], root), root),
        data["target"],
        tuple(data["categorical"]),
        tuple(data["ignore"]),
        data.get("groups"),  # absent from studies of earlier versions, as are `order`, `missing`
        data.get("order"),
        tuple(data.get("missing", ())),
        # studies of earlier versions have no rare classes
        rare_classes=data.get("rare_classes", "refuse"),
        classes=tuple(data["classes"]),
        name=data["name"],
        reading=data.get("reading", 1),
    )


def _reload_data(request: DataRequest, record: StudyRecord) -> Dataset:
    """Load the data of a study, and check that they have not changed."""
    source = Path(request.source)
    if source.suffix and not os.path.exists(source):  # nor in a folder one may not enter
        raise DataError(
            f"data {source}: study {record.name} was searched on it, and it is not there any "
            "more; put it back, or beside the folder of --root"
        )
    left_out = record.data.get("left_out_classes", {})
    rare = left_out or record.data.get("pooled_classes", {})
    if rare:
        settled = replace(request, rare_classes="leave-out" if left_out else "pool")
        dataset = settled.load(record.settings.splitter, known_rare=[*rare])
    else:
        dataset = request.load(None)
    expected = record.data["fingerprint"]
    if dataset.fingerprint != expected:
        raise DataError(
            f"data {request.source}: these are not the data of study {record.name} any more "
            f"(fingerprint {dataset.fingerprint[:12]}, expected {expected[:12]}); restore the "
            "file, or search again if it has not changed: this version reads it otherwise"
        )
    return dataset


def _make_record(setup: Setup, name: str) -> StudyRecord:
    """Return the description that tells this study from every other one."""
    space, hypermodel = setup.space, setup.hypermodel
    if space is not None:
        title, definition = space.title, space.to_dict()
    else:
        assert hypermodel is not None  # it declares the space
        title, definition = "Which network is best?", hypermodel.describe()
    return StudyRecord(
        name=name,
        space_name=_name_space(setup),
        title=title,
        space_definition=definition,
        data=_describe_data(setup),
        settings=setup.settings,
        split=setup.split,
        versions=list_versions(),
        row_time=None if setup.row_time is None else setup.row_time.to_dict(),
        warm_start=setup.warm_start,
    )


def _find_free_name(setup: Setup, root: Path) -> str:
    return find_free_name(f"{setup.dataset.name}-{_name_space(setup)}", root)


def _name_space(setup: Setup) -> str:
    """Return the name of a setup's space, or of the hypermodel that declares it."""
    named = setup.space or setup.hypermodel
    assert named is not None  # it has one of them
    return named.name


def _describe_data(setup: Setup) -> dict[str, Any]:
    dataset, source = setup.dataset, setup.request.source
    is_file = source not in BUNDLED
    return asdict(setup.request) | {
        "name": dataset.name,
        "source": str(Path(source).absolute()) if is_file else dataset.source,
        "rows": len(dataset.y),
        "features": dataset.x.shape[1],
        "classes": list(dataset.schema.classes),
        "left_out_classes": dict(dataset.left_out_classes),
        "pooled_classes": dict(dataset.pooled_classes),
        "fingerprint": dataset.fingerprint,
    }
