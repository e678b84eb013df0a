"""The room that a cluster of Ray has for workers."""

from collections.abc import Mapping

__all__ = ["count_places", "describe_lack", "describe_rest"]


def count_places(resources: Mapping[str, float]) -> int:
    """Return for how many workers a cluster has room: one a GPU, or one a core; at least one.

    Args:
        resources: What its nodes have, by name, such as `CPU`.
    """
    return max(int(resources.get("GPU") or resources.get("CPU", 0)), 1)


def describe_lack(
    resources: Mapping[str, float], free: Mapping[str, float], size: int, *, patience: float
) -> str | None:
    """Return a text for the user if there is no room for all workers; None if there is.

    Args:
        resources: As of `count_places`.
        free: What of them nobody had taken before the workers were asked for. Ray leaves out what
            is taken to the last.
        size: How many workers are asked for.
        patience: For how many seconds a search waits for the first worker.
    """
    if not resources.get("GPU") and resources.get("CPU", 0) < 1:
        return (
            f"--engine ray: the cluster has no core for a worker; the search begins when a machine "
            f"joins it, and ends if none does for {patience:.0f} s"
        )
    places, what = count_places(resources), "GPU" if resources.get("GPU") else "core"
    needed = ("CPU", "GPU") if resources.get("GPU") else ("CPU",)
    if free and any(free.get(name, 0) < 1 for name in needed):
        return (
            f"--engine ray: others have taken every {what} of the cluster, as `ray status` shows; "
            f"the search begins when one is free, and ends if none is for {patience:.0f} s"
        )
    if places >= size:
        return None
    return (
        f"--ray-workers: there is room for {places} of {size} workers, one for each {what} of the "
        "cluster; the others begin when machines join it"
    )


def describe_rest(resources: Mapping[str, float], free: Mapping[str, float]) -> str:
    """Return the part of a sentence that says what a cluster has, and what of it is free.

    Args:
        resources: As of `count_places`.
        free: What of them nobody has taken.

    >>> describe_rest({"CPU": 4.0, "GPU": 2.0}, {"CPU": 3.0})
    'its cluster has 4 cores, 3 of them free, and 2 GPUs, 0 of them free'
    """
    cores, gpus = (
        f"{resources.get(name, 0):.0f} {noun}, {free.get(name, 0):.0f} of them free"
        for name, noun in (("CPU", "cores"), ("GPU", "GPUs"))
    )
    return f"its cluster has {cores}" + (f", and {gpus}" if resources.get("GPU") else "")
