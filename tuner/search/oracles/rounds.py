"""The rounds of a search that compares settings."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from tuner.search.oracles.even_draws import draw_evenly
from tuner.search.oracles.moves import find_moved_share
from tuner.space import Space, Value

__all__ = ["Rounds"]

_BLOCK = 4  # rounds that use the same results
_EXPLORING = 2  # blocks before results are used
_WIDTHS = (0.25, 0.125)  # of the region around a good configuration, as a share of each range
_CENTRES = 2  # configurations of a setting that are refined
_NEAR = 50  # draws near a configuration before the whole space is drawn from again


class Rounds:
    """The rounds of a space that names a hyperparameter to compare.

    A round has one trial of each setting. In the first eight rounds all settings have the same draw
    of the other hyperparameters, as far as a setting uses them, and the draws cover the space
    evenly (`draw_evenly`). So no setting is luckier than another. Later rounds refine: they draw
    near the best two configurations that each setting has found so far, so that each setting is
    judged by what suits it, however narrow that is. They use the results of whole blocks of four
    rounds, so that a block can be trained at once.

    Args:
        space: The space.
        seed: The study's seed.
    """

    def __init__(self, space: Space, seed: int) -> None:
        searched = [h.name for h in space.hyperparameters if h.domain.size() != 1]
        self._names = [name for name in dict.fromkeys(searched) if name != space.compare]
        self._space, self._seed = space, seed
        self._settings = space.count_settings() or 1

    def count_known(self, trial: int) -> int:
        """Return how many of the first trials must have ended before a trial is proposed."""
        block = trial // (self._settings * _BLOCK)
        return 0 if block < _EXPLORING else block * self._settings * _BLOCK

    def draw(
        self, value: Value, ranked: Sequence[Mapping[str, Value]], number: int
    ) -> Iterator[dict[str, Value]]:
        """Yield configurations for a setting's next trial, without end; the first untried counts.

        Near a good configuration there may be no other one, for example none of the same choices.
        So after some draws there the rest are from the whole space.

        Args:
            value: The setting.
            ranked: The configurations that the setting may refine, the best first.
            number: How many trials the setting has.
        """
        assert self._space.compare is not None
        part = self._space.pin(self._space.compare, value)
        if number >= _EXPLORING * _BLOCK and ranked:
            width = _WIDTHS[number // _BLOCK % len(_WIDTHS)]
            centre = ranked[number % min(_CENTRES, len(ranked))]
            for draw in range(number, number + _NEAR):
                moved = draw_evenly(self._names, draw, self._seed)
                yield part.locate(self._move(centre, moved, width))
        for draw in count():
            yield part.locate(draw_evenly(self._names, draw, self._seed))

    def _move(
        self, centre: Mapping[str, Value], moved: Mapping[str, float], width: float
    ) -> dict[str, float]:
        """Return a point near a configuration.

        Args:
            centre: The configuration.
            moved: Where the point lies in the region around it, from 0 to below 1, by name.
            width: The width of the region.
        """
        point = dict(moved)
        for hyperparameter in self._space.hyperparameters:
            name = hyperparameter.name
            if name in moved and name in centre and hyperparameter.is_active(centre):
                step = width * (moved[name] - 0.5)
                point[name] = find_moved_share(hyperparameter.domain, centre[name], step)
        return point
