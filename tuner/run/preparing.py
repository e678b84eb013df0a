"""Stage 1: read and check all that the user asks for."""

from dataclasses import replace

from tuner.model.convolutions import check_image
from tuner.model.custom import find_hypermodel_file, is_custom
from tuner.model.size_limit import SizeLimit
from tuner.model.width import check_budget
from tuner.run.request import DataRequest
from tuner.run.setup import Setup
from tuner.space import load_space
from tuner.study import MOST_ROUNDS, SearchSettings

__all__ = ["prepare"]


def prepare(space: str, request: DataRequest, settings: SearchSettings) -> Setup:
    """Read the space and the data, check them, and split the rows.

    Nothing heavy is imported, so that every mistake is reported at once.

    Args:
        space: A shipped name, a TOML file, or `file.py:ClassName`.
        request: The data as the user named them.
        settings: The search settings.

    Raises:
        UserError: The space, the data or the settings are wrong.
    """
    if is_custom(space):
        find_hypermodel_file(space)  # raises if the file is missing
    definition = None if is_custom(space) else load_space(space)
    dataset = request.load()
    if definition is not None:
        sizes = {"features": dataset.x.shape[1], "classes": len(dataset.schema.classes)}
        check_budget(definition, **sizes)
        check_image(definition, dataset.schema.image, data=dataset.name)
    split = settings.splitter.split(
        dataset.y, classes=dataset.schema.classes, groups=dataset.groups, order=dataset.order
    )
    setup = Setup(space, definition, request, dataset, split, settings)
    return setup if setup.limit is None else _restrict(setup, setup.limit)


def _restrict(setup: Setup, limit: SizeLimit) -> Setup:
    """Leave out the compared settings all of whose networks are too large."""
    assert setup.definition is not None  # of which the limit is
    definition, warnings = limit.restrict(setup.definition)
    settings, compared = setup.settings, definition.count_settings()
    if settings.until_answered and compared:
        most = min(settings.max_trials, MOST_ROUNDS * compared)
        settings = replace(settings, max_trials=most)
    return replace(setup, definition=definition, settings=settings, warnings=warnings)
