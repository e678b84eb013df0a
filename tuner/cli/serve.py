"""`tuner serve`: serves an exported model over HTTP."""

from pathlib import Path

from tuner.cli.messages import Messages, print_result
from tuner.cli.models import open_model
from tuner.cli.quiet import import_heavy
from tuner.errors import UserError

__all__ = ["serve_model"]


def serve_model(folder: Path, host: str, port: int) -> None:
    """Serve an exported model until it is interrupted.

    Args:
        folder: An exported model.
        host: The address to listen on.
        port: The port. 0 for any free one.

    Raises:
        UserError: The folder is no exported model, or the server cannot listen on the address.
    """
    open_model(folder)
    if not (folder / "mlflow_model").is_dir():
        raise UserError(
            f"{folder} has no mlflow_model, which is needed for serving; export the model again"
        )
    import_heavy()
    from tuner.serving.server import listen, make_app, serve

    with listen(host, port) as bound:
        app = make_app(folder)
        shown = f"[{host}]" if ":" in host else host
        print_result(f"http://{shown}:{bound.getsockname()[1]}/invocations")
        Messages().say("answers requests until it is interrupted")
        serve(app, bound)
