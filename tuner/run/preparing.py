"""Read and check all that the user asks for."""

from dataclasses import replace

from tuner.errors import UserError
from tuner.model.convolutions import check_image
from tuner.model.custom import find_hypermodel_file, is_custom
from tuner.model.given import GivenHypermodel
from tuner.model.row_time import NO_ROW_TIME
from tuner.model.width import check_budget
from tuner.run.idle_hyperparameters import settle_for_data
from tuner.run.planned_epochs import fit_epochs
from tuner.run.request import DataRequest
from tuner.run.setup import Setup, find_class_weights
from tuner.scoring import ThresholdRule
from tuner.space import load_space
from tuner.study import MOST_ROUNDS, SearchSettings

__all__ = ["prepare", "restrict"]


def prepare(space: str | GivenHypermodel, request: DataRequest, settings: SearchSettings) -> Setup:
    """Read the space and the data, check them, and split the rows.

    Nothing heavy is imported, so that every mistake is reported at once.

    Args:
        space: A shipped name, a TOML file, or `file.py:ClassName`; or the hypermodel itself.
        request: The data as the user named them.
        settings: The search settings.

    Raises:
        UserError: The space, the data or the settings are wrong.
    """
    given = space if isinstance(space, GivenHypermodel) else None
    name = space if isinstance(space, str) else space.name
    if given is None and is_custom(name):
        find_hypermodel_file(name)  # raises if the file is missing
    definition = None if given or is_custom(name) else load_space(name)
    dataset = request.load(settings.splitter)
    if definition is not None:
        sizes = {"features": dataset.x.shape[1], "classes": len(dataset.schema.classes)}
        check_budget(definition, **sizes)
        check_image(definition, dataset.schema.image, data=dataset.name)
    if settings.threshold is not None:
        ThresholdRule.parse(settings.threshold, dataset.schema.classes)  # raises if it does not fit
    find_class_weights(settings.class_weight, dataset)  # raises for an unknown class
    split = settings.splitter.split(
        dataset.y, classes=dataset.schema.classes, groups=dataset.groups, order=dataset.order
    )
    if definition is None and settings.max_row_microseconds is not None:
        raise UserError(NO_ROW_TIME)
    settings = fit_epochs(settings, definition, split)
    setup = Setup(name, definition, request, dataset, split, settings, given=given)
    if definition is not None:
        definition, warnings = settle_for_data(definition, dataset.schema)
        setup = replace(setup, definition=definition, warnings=warnings)
    return restrict(setup)


def restrict(setup: Setup) -> Setup:
    """Return a setup without the compared settings all of whose networks are too large.

    Raises:
        SpaceError: No network is small enough, or only those of one of the settings.
    """
    limit = setup.limit
    if limit is None or setup.definition is None:
        return setup
    definition, warnings = limit.restrict(setup.definition)
    settings, compared = setup.settings, definition.count_settings()
    if settings.until_answered and compared:
        most = min(settings.max_trials, MOST_ROUNDS * compared)
        settings = replace(settings, max_trials=most)
    told = (*setup.warnings, *warnings)
    return replace(setup, definition=definition, settings=settings, warnings=told)
