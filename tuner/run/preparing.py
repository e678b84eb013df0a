"""Read and check all that the user asks for."""

from dataclasses import replace

from tuner.errors import UserError
from tuner.model.convolutions import check_image
from tuner.model.custom import CustomHypermodel, HypermodelFile, is_custom
from tuner.model.hypermodel_object import HypermodelObject
from tuner.model.row_time import NO_ROW_TIME
from tuner.model.width import check_budget
from tuner.run.idle_hyperparameters import settle_for_data
from tuner.run.planned_epochs import fit_epochs
from tuner.run.request import DataRequest
from tuner.run.setup import Setup, find_class_weights
from tuner.scoring import ThresholdRule
from tuner.space import Space, load_space
from tuner.study import MOST_ROUNDS, SearchSettings

__all__ = ["prepare", "restrict"]


def prepare(space: str | HypermodelObject, request: DataRequest, settings: SearchSettings) -> Setup:
    """Read the space and the data, check them, and split the rows.

    Nothing heavy is imported, so that every mistake is reported at once.

    Args:
        space: A shipped name, a TOML file, or `file.py:ClassName`; or the hypermodel itself.
        request: The data as the user named them.
        settings: The search settings.

    Raises:
        UserError: The space, the data or the settings are wrong.
    """
    loaded, hypermodel = _load(space)
    dataset = request.load(settings.splitter)
    if loaded is not None:
        sizes = {"features": dataset.x.shape[1], "classes": len(dataset.schema.classes)}
        check_budget(loaded, **sizes)
        check_image(loaded, dataset.schema.image, data=dataset.name)
    if settings.threshold is not None:
        ThresholdRule.parse(settings.threshold, dataset.schema.classes)  # raises if it does not fit
    find_class_weights(settings.class_weight, dataset)  # raises for an unknown class
    split = settings.splitter.split(
        dataset.y, classes=dataset.schema.classes, groups=dataset.groups, order=dataset.order
    )
    if loaded is None and settings.max_row_microseconds is not None:
        raise UserError(NO_ROW_TIME)
    settings = fit_epochs(settings, loaded, split)
    setup = Setup(loaded, request, dataset, split, settings, hypermodel=hypermodel)
    if loaded is not None:
        settled, warnings = settle_for_data(loaded, dataset.schema)
        setup = replace(setup, space=settled, warnings=warnings)
    setup.problem.check_weights("--class-weight")
    return restrict(setup)


def _load(space: str | HypermodelObject) -> tuple[Space | None, CustomHypermodel | None]:
    """Return the space, or the custom hypermodel that declares it."""
    if isinstance(space, HypermodelObject):
        return None, space
    if not is_custom(space):
        return load_space(space), None
    hypermodel = HypermodelFile(space)
    hypermodel.find()  # raises if it is missing
    return None, hypermodel


def restrict(setup: Setup) -> Setup:
    """Return a setup without the compared settings all of whose networks are too large.

    Raises:
        SpaceError: No network is small enough, or only those of one of the settings.
    """
    limit = setup.size_limit
    if limit is None or setup.space is None:
        return setup
    space, warnings = limit.restrict(setup.space)
    settings, compared = setup.settings, space.count_settings()
    if settings.until_answered and compared:
        most = min(settings.max_trials, MOST_ROUNDS * compared)
        settings = replace(settings, max_trials=most)
    told = (*setup.warnings, *warnings)
    return replace(setup, space=space, settings=settings, warnings=told)
