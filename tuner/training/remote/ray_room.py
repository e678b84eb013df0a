"""The room that a cluster of Ray has for workers."""

from collections.abc import Mapping

__all__ = ["count_places", "describe_lack"]


def count_places(resources: Mapping[str, float]) -> int:
    """Return for how many workers a cluster has room: one a GPU, or one a core; at least one.

    Args:
        resources: What its nodes have, by name, such as `CPU`.
    """
    return max(int(resources.get("GPU") or resources.get("CPU", 0)), 1)


def describe_lack(resources: Mapping[str, float], size: int, *, patience: float) -> str | None:
    """Return a text for the user if there is no room for all workers; None if there is.

    Args:
        resources: As of `count_places`.
        size: How many workers are asked for.
        patience: For how many seconds a search waits for the first worker.
    """
    if not resources.get("GPU") and resources.get("CPU", 0) < 1:
        return (
            "--engine ray: the cluster has no core for a worker; the search begins when a machine "
            f"joins it, and ends if none does for {patience:.0f} s"
        )
    places = count_places(resources)
    if places >= size:
        return None
    what = "GPU" if resources.get("GPU") else "core"
    return (
        f"--ray-workers: there is room for {places} of {size} workers, one for each {what} of the "
        "cluster; the others begin when machines join it"
    )
