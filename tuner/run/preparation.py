"""What a search is told, read and checked before anything heavy is imported."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuner.data import BUNDLED, Dataset, load_dataset
from tuner.errors import DataError, StudyError
from tuner.folds import Split
from tuner.model.convolutions import check_image
from tuner.model.custom import hypermodel_file, is_custom, load_hypermodel
from tuner.model.width import check_budget
from tuner.problem import Problem
from tuner.scoring import Truth
from tuner.space import Space, Value, load_space
from tuner.study import (
    EventKind,
    OracleName,
    SearchSettings,
    Study,
    StudyRecord,
    check_name,
    check_root,
    free_name,
    installed_versions,
    study_names,
)

if TYPE_CHECKING:
    import keras_tuner

__all__ = [
    "DataRequest",
    "Destination",
    "Prepared",
    "check_study",
    "hyperparameters_of",
    "make_hypermodel",
    "open_or_create",
    "open_study",
    "prepare",
    "usual_oracle",
]


@dataclass(frozen=True, slots=True)
class DataRequest:
    """Which data, as the person named them.

    Attributes:
        source: A bundled name or a file.
        target: The column to predict; None for the last one.
        categorical: Columns to take as categorical.
        ignore: Columns to leave out.
        groups: The column that says which rows belong together; None where each stands for itself.
        order: The column by which rows are ordered; None where they are in no order.
    """

    source: str = "digits"
    target: str | None = None
    categorical: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    groups: str | None = None
    order: str | None = None

    def load(self) -> Dataset:
        """Read the data."""
        return load_dataset(
            self.source,
            target=self.target,
            categorical=self.categorical,
            ignore=self.ignore,
            groups=self.groups,
            order=self.order,
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a search needs, checked before anything heavy is imported.

    Attributes:
        space: A shipped name, a TOML file, or `file.py:ClassName`.
        definition: The space; None where a user's hypermodel declares it.
        request: How the data were named.
        dataset: The data.
        split: Training rows, held-out rows and folds.
        settings: How to search.
    """

    space: str
    definition: Space | None
    request: DataRequest
    dataset: Dataset
    split: Split
    settings: SearchSettings

    @property
    def problem(self) -> Problem:
        """Rows and folds for the trainers."""
        dataset = self.dataset
        return Problem(
            dataset.x,
            dataset.y,
            self.split.folds,
            dataset.schema.scaled,
            class_weight=self.settings.class_weight,
            groups=dataset.groups,
            channels=dataset.schema.channels,
        )

    @property
    def truth(self) -> Truth:
        """What out-of-fold predictions are held against."""
        return self.problem.truth

    @property
    def test_truth(self) -> Truth:
        """What predictions of the held-out rows are held against."""
        rows, groups = self.split.test, self.dataset.groups
        return Truth(self.dataset.y[rows], None if groups is None else groups[rows])


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a study is written.

    Attributes:
        root: The folder that holds all that searches write.
        name: The study's name; the next free `DATA-SPACE-N` where it is None.
        overwrite: Delete a study of the same name first.
    """

    root: Path
    name: str | None = None
    overwrite: bool = False

    def check(self) -> None:
        """Refuse a name that is not allowed, and a folder that cannot be written.

        Raises:
            StudyError: It is, or it cannot.
        """
        check_root(self.root)
        if self.name is not None:
            check_name(self.name, self.root)


def prepare(space: str, request: DataRequest, settings: SearchSettings) -> Prepared:
    """Read and check all that a search is told.

    Raises:
        UserError: Something is wrong with the space, the data or the settings.
    """
    if is_custom(space):
        hypermodel_file(space)  # it is refused at once where it is missing
    definition = None if is_custom(space) else load_space(space)
    dataset = request.load()
    if definition is not None:
        sizes = {"features": dataset.x.shape[1], "classes": len(dataset.schema.classes)}
        check_budget(definition, **sizes)
        check_image(definition, dataset.schema.image, data=dataset.name)
    split = settings.splitter.split(
        dataset.y, classes=dataset.schema.classes, groups=dataset.groups, order=dataset.order
    )
    return Prepared(space, definition, request, dataset, split, settings)


def usual_oracle(space: str) -> OracleName:
    """Return who proposes the trials of a space where nobody is named.

    Where settings are compared, each is to be tried as often as the others, and at random; where
    only the best network is asked for, TPE finds better ones in as many trials
    (benchmarks/README.md).

    Raises:
        SpaceError: There is no such space, or it cannot be read.
    """
    compares = not is_custom(space) and load_space(space).compare is not None
    return "random" if compares else "tpe"


def open_or_create(prepared: Prepared, destination: Destination) -> Study:
    """Open the study to go on with it, or write the description of a new one.

    Raises:
        StudyError: The study of this name is another one, or the folder cannot be written.
    """
    record = _record(prepared, destination)
    return Study.open_or_create(record, destination.root, overwrite=destination.overwrite)


def check_study(prepared: Prepared, destination: Destination) -> None:
    """Refuse, before anything heavy is imported, to go on with another study of the same name.

    Raises:
        StudyError: It is another one, or its journal is damaged.
    """
    name = destination.name
    if name is None or destination.overwrite or name not in study_names(destination.root):
        return
    study = open_or_create(prepared, destination)
    for _ in study.journal.events():
        pass  # each line is looked at


def _record(prepared: Prepared, destination: Destination) -> StudyRecord:
    """Return what makes the study this study."""
    dataset, definition = prepared.dataset, prepared.definition
    title = definition.title if definition else "Which network is best?"
    space = definition.name if definition else prepared.space.rpartition(":")[2]
    is_file = prepared.request.source not in BUNDLED
    source = str(Path(prepared.request.source).absolute()) if is_file else dataset.source
    data = asdict(prepared.request) | {
        "name": dataset.name,
        "source": source,
        "rows": len(dataset.y),
        "features": dataset.x.shape[1],
        "classes": list(dataset.schema.classes),
        "fingerprint": dataset.fingerprint,
    }
    return StudyRecord(
        name=destination.name or free_name(f"{dataset.name}-{space}", destination.root),
        space=space,
        title=title,
        definition=definition.to_dict() if definition else _own_definition(prepared.space),
        data=data,
        settings=prepared.settings,
        split=prepared.split,
        versions=installed_versions(),
    )


def _own_definition(space: str) -> dict[str, Any]:
    """Return what tells a hypermodel of a person's own from another: its file as it is now."""
    content = hypermodel_file(space).read_bytes()
    return {"hypermodel": space, "sha256": hashlib.sha256(content).hexdigest()}


def open_study(name: str, root: Path) -> tuple[Prepared, Study]:
    """Open a study that was searched, and read its data again.

    Raises:
        StudyError: There is no such study.
        DataError: Its data cannot be read, or are no longer what they were.
    """
    study = Study.open(name, root)
    record = study.record
    if "source" not in record.data:
        raise StudyError(
            f"study {name} was searched from Python, on arrays that are not kept; get its networks "
            "there, with KFoldTuner.get_best_models()"
        )
    request = DataRequest(
        record.data["source"],
        record.data["target"],
        tuple(record.data["categorical"]),
        tuple(record.data["ignore"]),
        record.data.get("groups"),  # earlier versions knew of neither
        record.data.get("order"),
    )
    source = Path(request.source)
    if source.suffix and not source.exists():
        raise DataError(
            f"data {source}: study {name} was searched on it, and it is not there any more; put it "
            "back"
        )
    dataset = request.load()
    if dataset.fingerprint != record.data["fingerprint"]:
        raise DataError(
            f"data {request.source}: these are not the data of study {name} any more "
            f"(fingerprint {dataset.fingerprint[:12]}, expected "
            f"{record.data['fingerprint'][:12]}); restore the file, or search again if it "
            "has not changed: this version reads it otherwise"
        )
    custom = record.definition.get("hypermodel")
    definition = None if custom else Space.from_dict(record.definition)
    space = custom or record.space
    settings = record.settings
    for event in study.journal.events(EventKind.BEGUN):  # a later search may have asked for more
        limits = {name: event[name] for name in ("max_trials", "max_seconds")}
        settings = replace(settings, **limits)
    return Prepared(space, definition, request, dataset, record.split, settings), study


def make_hypermodel(prepared: Prepared) -> "keras_tuner.HyperModel":
    """Return the hypermodel that a space describes, or the user's own."""
    features, classes = prepared.dataset.x.shape[1], len(prepared.dataset.schema.classes)
    if prepared.definition is None:
        return load_hypermodel(prepared.space, features=features, classes=classes)
    from tuner.model.cnn import CNNHyperModel
    from tuner.model.mlp import MLPHyperModel

    definition, image = prepared.definition, prepared.dataset.schema.image
    sizes = {"classes": classes, "epochs": prepared.settings.epochs}
    if image is not None and any(h.name == "blocks" for h in definition.hyperparameters):
        return CNNHyperModel(definition, image=image, **sizes)
    return MLPHyperModel(definition, features=features, **sizes)


def hyperparameters_of(values: Mapping[str, Value]) -> "keras_tuner.HyperParameters":
    """Return the hyperparameters of a trial as a hypermodel takes them."""
    import keras_tuner

    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.values = dict(values)
    return hyperparameters
