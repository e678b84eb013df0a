"""What the units of a search have in common, on its way into Ray's object store."""

import sys
from typing import Any

from tuner.errors import EngineLost, UserError, one_line
from tuner.training.remote.crew import RESUME
from tuner.training.remote.messages import Context

__all__ = ["put_context"]


def put_context(context: Context) -> Any:
    """Put what units have in common into the object store; return Ray's reference to it.

    Raises:
        UserError: It cannot be sent to other processes.
        EngineLost: The store has no room for it.
    """
    import ray

    _send_by_value(type(context.hypermodel))
    try:
        return ray.put(context)
    except ray.exceptions.RayError as error:  # its store and the disk are full
        raise EngineLost(
            f"Ray cannot take the rows ({one_line(error)}); mend that, {RESUME}"
        ) from error
    except Exception as error:  # whatever pickling a person's objects may raise
        raise UserError(
            "--engine ray: the hypermodel or what its fit is given cannot be sent to other "
            f"processes ({one_line(error)}); search without --engine, or make it so that "
            "pickle can copy it"
        ) from error


def _send_by_value(kind: type) -> None:
    """Let Ray send a class with its module, which other machines may lack.

    Ray sends what a program itself defines in any case, and finds libraries on all machines.
    """
    from ray import cloudpickle

    name = kind.__module__
    if name.partition(".")[0] not in {"tuner", "keras_tuner", "__main__", "builtins"}:
        cloudpickle.register_pickle_by_value(sys.modules[name])
