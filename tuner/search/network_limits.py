"""Keeps an oracle from proposing networks that are larger than a search allows."""

from collections.abc import Iterator, Mapping
from itertools import islice
from math import prod
from random import Random

import keras_tuner

from tuner.errors import SpaceError, UserError
from tuner.model.row_time import NO_ROW_TIME, RowTime
from tuner.model.size_limit import SizeLimit
from tuner.search.oracles import SearchOracle, StudyOracle, make_key
from tuner.search.oracles.proposal_limit import ProposalLimit
from tuner.space import Space, Value
from tuner.study import SearchSettings
from tuner.training.network_building import BUILDING
from tuner.words import count_noun

__all__ = ["BuiltSizeLimit", "limit_networks"]

_MOST_DRAWS = 200  # each is built, which takes tens of milliseconds


def limit_networks(
    oracle: SearchOracle,
    hypermodel: keras_tuner.HyperModel,
    settings: SearchSettings,
    row_time: RowTime | None = None,
) -> None:
    """Give an oracle the limit of a search on its networks, if there is one.

    Args:
        oracle: The search's oracle, with the hyperparameters that the hypermodel declares.
        hypermodel: Describes its networks as recipes, or builds them.
        settings: The search settings.
        row_time: Predicts how long its networks take for one row. None if that was not measured.

    Raises:
        UserError: The oracle is one of KerasTuner's own, which knows no limit.
        SpaceError: The limit allows no network.
    """
    if not settings.limits_networks:
        return
    if settings.max_row_microseconds is not None and row_time is None:
        raise UserError(NO_ROW_TIME)
    if not isinstance(oracle, StudyOracle):
        name = type(oracle.keras_tuner_oracle).__name__
        raise UserError(
            f"oracle {name}: it proposes networks of any size, whatever a limit on them says; "
            'give SearchSettings(oracle="tpe") or another name instead'
        )
    limit = _make_limit(hypermodel, settings, row_time)
    limit.require_any(oracle.space)
    oracle.limit = limit


def _make_limit(
    hypermodel: keras_tuner.HyperModel, settings: SearchSettings, row_time: RowTime | None
) -> ProposalLimit:
    """Return the limit of settings that have one."""
    describe = getattr(hypermodel, "describe_network", None)
    if describe is None:
        assert settings.max_parameters is not None  # the only limit that it may have
        return BuiltSizeLimit(settings.max_parameters, hypermodel)
    limit = SizeLimit.make(
        describe,
        parameters=settings.max_parameters,
        microseconds=settings.max_row_microseconds,
        row_time=row_time,
    )
    assert limit is not None
    return limit


class BuiltSizeLimit:
    """The most parameters of a network, for any hypermodel.

    Args:
        parameters: The most trainable weights and biases.
        hypermodel: Builds the networks.
    """

    def __init__(self, parameters: int, hypermodel: keras_tuner.HyperModel) -> None:
        self.parameters = parameters
        self._hypermodel = hypermodel
        self._counts: dict[object, int] = {}

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Return whether the network with these active hyperparameters is small enough.

        A network that cannot be built is: its trial says why it fails.
        """
        return self._count(values) <= self.parameters

    def select(self, draws: Iterator[dict[str, Value]]) -> Iterator[dict[str, Value]]:
        """Yield those of the first 200 draws whose networks are small enough."""
        return filter(self.allows, islice(draws, _MOST_DRAWS))

    def narrow(self, values: Mapping[str, Value], space: Space) -> None:
        """Return None: only the hypermodel knows which hyperparameters are widths."""

    def require_any(self, space: Space) -> None:
        """Draw configurations until one is allowed.

        Raises:
            SpaceError: None of 200 is.
        """
        rng = Random(0)
        draws = [space.sample(rng) for _ in range(_MOST_DRAWS)]
        if not any(map(self.allows, draws)):
            smallest = min(map(self._count, draws))
            raise SpaceError(
                f"--max-parameters: the smallest of {_MOST_DRAWS} networks of hypermodel "
                f"{type(self._hypermodel).__name__} has {count_noun(smallest, 'parameter')}, more "
                f"than {self.parameters:,}; give at least {smallest}"
            )

    def _count(self, values: Mapping[str, Value]) -> int:
        key = make_key(values)
        if key not in self._counts:
            self._counts[key] = self._build(values)
        return self._counts[key]

    def _build(self, values: Mapping[str, Value]) -> int:
        hp = keras_tuner.HyperParameters()
        hp.values = dict(values)
        try:
            with BUILDING:  # the weights of trials that train meanwhile
                model = self._hypermodel.build(hp)
        except Exception:
            return 0
        return sum(prod(weight.shape) for weight in model.trainable_weights)
